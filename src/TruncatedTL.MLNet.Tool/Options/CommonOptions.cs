using System.CommandLine;

namespace TruncatedTL.MLNet.Tool.Options;

/// <summary>The options that every command has.</summary>
internal sealed class CommonOptions
{
    public Option<bool> Json { get; } = new("--json") { Description = "write the result to the output as JSON, and nothing else; progress goes to the error stream", Recursive = true };

    public Option<bool> Verbose { get; } = new("--verbose") { Description = "show the library's log, and the trace of an error", Recursive = true };

    public Option<string?> Configuration { get; } = new("--config") { Description = "JSON file with options; what the command line says comes first", Recursive = true };

    public Option<string?> WriteConfiguration { get; } = new("--write-config") { Description = "write all options with their values to a JSON file, and do nothing else", Recursive = true };

    public IReadOnlyList<Option> All => [Json, Verbose, Configuration, WriteConfiguration];
}
