using System.CommandLine;

namespace TruncatedTL.MLNet.Tool.Options;

/// <summary>An option that a configuration may set, too.</summary>
/// <typeparam name="T">The type of its value.</typeparam>
/// <param name="name">Its name, with the two dashes.</param>
/// <param name="description">What it says.</param>
internal sealed class ToolOption<T>(string name, string description) : Option<T>(name), IConfigurable
{
    private readonly string _description = description;

    /// <summary>Writes the paths in a value in full; null where there are none.</summary>
    public Func<T, T>? WithFullPaths { get; init; }

    string IConfigurable.Key => Name[2..];

    string IConfigurable.Meaning => _description;

    object? IConfigurable.ValueIn(ParseResult parsed) => parsed.GetValue(this);

    object? IConfigurable.PortableValueIn(ParseResult parsed) => parsed.GetValue(this) is { } value && WithFullPaths is { } change ? change(value) : parsed.GetValue(this);

    /// <summary>An option with a default.</summary>
    public static ToolOption<T> WithDefault(string name, string description, T value, bool isPath = false) =>
        new(name, description) { Description = description, DefaultValueFactory = _ => value, WithFullPaths = isPath ? Full : null };

    /// <summary>An option without one.</summary>
    public static ToolOption<T> Plain(string name, string description, bool isPath = false) => new(name, description) { Description = description, WithFullPaths = isPath ? Full : null };

    private static T Full(T value) => value is string path ? (T)(object)OptionPath.Full(path) : value;
}
