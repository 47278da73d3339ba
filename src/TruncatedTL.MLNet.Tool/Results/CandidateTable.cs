using System.Globalization;
using Spectre.Console;
using TruncatedTL.MLNet.Experiments;
using TruncatedTL.MLNet.Tool.Progress;

namespace TruncatedTL.MLNet.Tool.Results;

/// <summary>What an experiment found, as a table for a terminal or a pipe. The example CompareStrategies shows the same table.</summary>
internal static class CandidateTable
{
    // Room beside a column's text, and at the edge of the table.
    private const int Padding = 3;
    private const int Edge = 1;

    private static readonly Column[] Columns =
    [
        new("candidate", 0, row => row.IsWinner ? $"{row.Name} *" : row.Name, IsText: true),
        new("state", 1, row => ExperimentTable.State(row.State).Text, IsText: true),
        new("validation\n{metric}", 0, row => Number(row.Score, "0.000")),
        new("{test}", 0, row => Number(row.Test?.Value, "0.000")),
        new("95 %\ninterval", 2, row => row.Test?.Interval is { } interval ? $"{Number(interval.Lower, "0.000")} to {Number(interval.Upper, "0.000")}" : "-"),
        new("parameters", 0, row => Number(row.ParameterCount / 1e6, "0.00") + "M"),
        new("MACs", 5, row => Number(row.MacCount / 1e6, "0.0") + "M"),
        new("ms an\nimage", 3, row => Number(row.MillisecondsPerImage, "0.00")),
        new("epochs", 4, row => row.Epochs.ToString(CultureInfo.InvariantCulture)),
        new("training", 6, row => Number(row.Seconds, "0") + " s"),
    ];

    /// <summary>Makes the table of what was trained; the chosen candidate has an asterisk, and is green where there are colours.</summary>
    /// <param name="rows">The candidates.</param>
    /// <param name="metric">The metric of the choice.</param>
    /// <param name="test">What the test figure is called.</param>
    /// <param name="width">Characters of a line; columns that have no room are left out, the least important first.</param>
    public static Table Create(IReadOnlyList<CandidateRow> rows, ExperimentMetric metric, string test, int width)
    {
        var trained = rows.Where(row => row.State != TrialState.NotTried).ToArray();
        var columns = Columns.Select(column => column with { Heading = column.Heading.Replace("{metric}", NameOf(metric)).Replace("{test}", test) }).ToList();
        while (columns.Sum(column => column.Width(trained) + Padding) + Edge > width && columns.MaxBy(column => column.Rank) is { Rank: > 0 } least)
        {
            columns.Remove(least);
        }

        var table = new Table().Border(TableBorder.Simple);
        foreach (var column in columns)
        {
            table.AddColumn(new TableColumn(new Text(column.Heading)) { NoWrap = true, Alignment = column.IsText ? Justify.Left : Justify.Right });
        }

        foreach (var row in trained)
        {
            table.AddRow(columns.Select(column => new Text(column.Cell(row), row.IsWinner ? new Style(Color.Green) : Style.Plain)));
        }

        return table;
    }

    /// <summary>The line below the table about candidates that it leaves out; null where it has all of them.</summary>
    public static string? LeftOut(IReadOnlyList<CandidateRow> rows) => rows.Count(row => row.State == TrialState.NotTried) switch
    {
        0 => null,
        1 => "1 more candidate did not have to be trained.",
        var count => $"{count} more candidates did not have to be trained.",
    };

    private static string NameOf(ExperimentMetric metric) => metric switch
    {
        ExperimentMetric.Auroc => "AUROC",
        ExperimentMetric.Auprc => "AUPRC",
        ExperimentMetric.LogLoss => "log-loss",
        ExperimentMetric.BalancedAccuracy => "balanced accuracy",
        _ => "accuracy",
    };

    private static string Number(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture) ?? "-";

    private sealed record Column(string Heading, int Rank, Func<CandidateRow, string> Cell, bool IsText = false)
    {
        public int Width(IEnumerable<CandidateRow> rows) => rows.Select(Cell).Concat(Heading.Split('\n')).Max(text => text.Length);
    }
}
