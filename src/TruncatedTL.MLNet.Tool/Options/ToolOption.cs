using System.CommandLine;

namespace TruncatedTL.MLNet.Tool.Options;

/// <summary>An option that a configuration may set, too.</summary>
/// <typeparam name="T">The type of its value.</typeparam>
/// <param name="name">Its name, with the two dashes.</param>
/// <param name="description">What it says.</param>
internal sealed class ToolOption<T>(string name, string description) : Option<T>(name), IConfigurable
{
    private readonly string _description = description;

    /// <summary>Whether the value is the path of a file or folder.</summary>
    public bool IsPath { get; init; }

    string IConfigurable.Key => Name[2..];

    string IConfigurable.Meaning => _description;

    object? IConfigurable.ValueIn(ParseResult parsed) => parsed.GetValue(this);

    /// <summary>An option with a default.</summary>
    public static ToolOption<T> WithDefault(string name, string description, T value, bool isPath = false) =>
        new(name, description) { Description = description, DefaultValueFactory = _ => value, IsPath = isPath };

    /// <summary>An option without one.</summary>
    public static ToolOption<T> Plain(string name, string description, bool isPath = false) => new(name, description) { Description = description, IsPath = isPath };
}
