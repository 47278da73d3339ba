using System.Globalization;
using System.Text;
using Spectre.Console;

namespace CompareStrategies;

/// <summary>The trials as a table on the terminal and as Markdown in a file.</summary>
internal static class ResultTable
{
    private const int MinimumWidth = 130;

    /// <summary>Prints the table; the chosen trial is marked.</summary>
    public static void Print(ImageTask task, IReadOnlyList<Trial> trials, Trial best)
    {
        var table = new Table().Border(TableBorder.Rounded).Title($"[bold]{Markup.Escape(task.Name)}[/]");
        foreach (var header in Headers(task))
        {
            table.AddColumn(new TableColumn(Markup.Escape(header)) { Alignment = header == "strategy" ? Justify.Left : Justify.Right, NoWrap = true });
        }

        foreach (var trial in trials)
        {
            var cells = Cells(trial).Select(Markup.Escape);
            table.AddRow((trial == best ? cells.Select(cell => $"[green]{cell}[/]") : cells).ToArray());
        }

        // A pipe or a narrow terminal reports 80 columns, too few for the figures of a row.
        AnsiConsole.Profile.Width = Math.Max(AnsiConsole.Profile.Width, MinimumWidth);
        AnsiConsole.Write(table);
    }

    /// <summary>Writes the table as Markdown.</summary>
    public static void Save(string path, string heading, double tolerance, ImageTask task, IReadOnlyList<Trial> trials, Trial best)
    {
        var headers = Headers(task);
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"# {heading}").AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"| {string.Join(" | ", headers)} |");
        text.AppendLine(CultureInfo.InvariantCulture, $"|{string.Concat(headers.Select(_ => "---|"))}");
        foreach (var trial in trials)
        {
            var cells = Cells(trial);
            text.AppendLine(CultureInfo.InvariantCulture, $"| {string.Join(" | ", trial == best ? cells.Select(cell => $"**{cell}**") : cells)} |");
        }

        text.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"Bold: the smallest network within one standard error ({tolerance:0.000}) of the best in the validation column. The test columns had no part in the choice.");
        File.WriteAllText(path, text.ToString());
    }

    private static string[] Headers(ImageTask task) => task.IsBinary
        ? ["strategy", "val AUROC", "test AUROC", "test acc.", "params", "MACs", "zip", "ms/img", "epoch", "train"]
        : ["strategy", "val macro acc.", "test macro acc.", "test acc.", "params", "MACs", "zip", "ms/img", "epoch", "train"];

    private static string[] Cells(Trial trial) =>
    [
        trial.Strategy,
        Number(trial.ValidationScore, "0.000"),
        Number(trial.TestScore, "0.000"),
        Number(trial.TestAccuracy, "0.000"),
        Number(trial.Parameters / 1e6, "0.00") + "M",
        Number(trial.Macs / 1e6, "0.0") + "M",
        Number(trial.ZipBytes / 1e6, "0.0") + " MB",
        Number(trial.MillisecondsPerImage, "0.00"),
        trial.BestEpoch.ToString(CultureInfo.InvariantCulture),
        Number(trial.TrainingSeconds, "0.0") + " s",
    ];

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
