using System.CommandLine;
using TruncatedTL.MLNet.Experiments;
using TruncatedTL.MLNet.Tool.Options;

namespace TruncatedTL.MLNet.Tool.Commands;

/// <summary>Writes the report of an experiment.</summary>
internal sealed class ReportCommand : ToolCommand
{
    private readonly Argument<string?> _folder = new("folder") { Description = "the experiment's folder", Arity = ArgumentArity.ZeroOrOne };
    private readonly ToolOption<string> _output = ToolOption<string>.WithDefault("--output", "the experiment's folder, where none is named", "experiment", isPath: true);

    public ReportCommand()
        : base("report", "Write the report of what an experiment has trained by now: one page that needs no network, and the same as JSON and tables.")
    {
        Arguments.Add(_folder);
        Options.Add(_output);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Examples => ["ttl report experiment"];

    /// <inheritdoc/>
    public override CommandResult Execute(ParseResult parsed, ToolContext context)
    {
        var page = ExperimentTrials.WriteReport(parsed.GetValue(_folder) ?? parsed.GetValue(_output)!);
        return new(new { Report = page }, console => console.Output.WriteLine(page));
    }
}
