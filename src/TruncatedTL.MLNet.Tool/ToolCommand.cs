using System.CommandLine;

namespace TruncatedTL.MLNet.Tool;

/// <summary>One command of the program.</summary>
/// <param name="name">Its name.</param>
/// <param name="description">What it does.</param>
internal abstract class ToolCommand(string name, string description) : Command(name, description)
{
    /// <summary>Command lines that work, for the help text.</summary>
    public abstract IReadOnlyList<string> Examples { get; }

    /// <summary>Carries it out.</summary>
    public abstract CommandResult Execute(ParseResult parsed, ToolContext context);

    /// <summary>A configuration that lies where the command works, and is used where none is named; null for none.</summary>
    /// <param name="parsed">The command line, without any configuration.</param>
    public virtual string? StandingConfiguration(ParseResult parsed) => null;
}
