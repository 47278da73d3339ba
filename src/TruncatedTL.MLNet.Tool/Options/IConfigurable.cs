using System.CommandLine;

namespace TruncatedTL.MLNet.Tool.Options;

/// <summary>What a configuration needs to know of an option.</summary>
internal interface IConfigurable
{
    /// <summary>Its key: the option's name without the dashes.</summary>
    string Key { get; }

    /// <summary>What it says, for the comment above it.</summary>
    string Meaning { get; }

    /// <summary>Its value in a command line, or its default.</summary>
    object? ValueIn(ParseResult parsed);

    /// <summary>The same with paths of what exists in full, so that it serves in any folder.</summary>
    object? PortableValueIn(ParseResult parsed);
}
