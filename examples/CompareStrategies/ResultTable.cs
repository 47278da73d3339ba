using System.Globalization;
using System.Text;
using Spectre.Console;
using TruncatedTL.MLNet.Evaluation;
using TruncatedTL.MLNet.Experiments;
using TruncatedTL.MLNet.Tool.Results;

namespace CompareStrategies;

/// <summary>What was found, on the terminal and as Markdown in a file.</summary>
internal static class ResultTable
{
    // A pipe says 80 columns; whoever reads it later has more.
    private const int PipeWidth = 200;

    private static readonly string[] Headers = ["candidate", "state", "validation AUROC", "test AUROC (95 % interval)", "parameters", "MACs", "ms an image", "training"];

    /// <summary>Prints the candidates that were trained; the chosen one is marked.</summary>
    public static void Print(ImageTask task, Outcome outcome)
    {
        if (!AnsiConsole.Profile.Out.IsTerminal)
        {
            AnsiConsole.Profile.Width = PipeWidth;
        }

        AnsiConsole.WriteLine(task.Name);
        AnsiConsole.Write(CandidateTable.Create(outcome.Rows, ExperimentMetric.Auroc, "test AUROC", AnsiConsole.Profile.Width));
        if (CandidateTable.LeftOut(outcome.Rows) is { } leftOut)
        {
            AnsiConsole.WriteLine(leftOut);
        }
    }

    /// <summary>Writes the table as Markdown.</summary>
    public static void Save(string path, string heading, Outcome outcome)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"# {heading}").AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"| {string.Join(" | ", Headers)} |");
        text.AppendLine(CultureInfo.InvariantCulture, $"|{string.Concat(Headers.Select(_ => "---|"))}");
        foreach (var row in Shown(outcome))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"| {string.Join(" | ", Cells(row).Select(cell => row.IsWinner ? $"**{cell}**" : cell))} |");
        }

        text.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"Bold: chosen on validation rows. {outcome.Reason} The test column was read after the choice.");
        File.WriteAllText(path, text.ToString());
    }

    private static IEnumerable<CandidateRow> Shown(Outcome outcome) => outcome.Rows.Where(row => row.State != TrialState.NotTried);

    private static string[] Cells(CandidateRow row) =>
    [
        row.Name,
        row.State.ToString().ToLowerInvariant(),
        row.Score is { } score ? Number(score, "0.000") : string.Empty,
        row.Test is { Value: { } value } test ? Number(value, "0.000") + Interval(test) : string.Empty,
        Number(row.ParameterCount / 1e6, "0.00") + "M",
        Number(row.MacCount / 1e6, "0.0") + "M",
        row.MillisecondsPerImage is { } milliseconds ? Number(milliseconds, "0.00") : string.Empty,
        Number(row.Seconds, "0.0") + " s",
    ];

    private static string Interval(MetricEstimate estimate) =>
        estimate.Interval is { } interval ? $" ({Number(interval.Lower, "0.000")} to {Number(interval.Upper, "0.000")})" : string.Empty;

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
