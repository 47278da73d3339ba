using TruncatedTL.MLNet.Reporting.Charts;
using TruncatedTL.MLNet.Reporting.Formatting;
using TruncatedTL.MLNet.Reporting.Markup;
using TruncatedTL.MLNet.Search;

namespace TruncatedTL.MLNet.Reporting.Sections;

/// <summary>What the search cost, beside other ways to search.</summary>
internal static class LedgerSection
{
    public static void Write(HtmlBuilder html, ReportLedger ledger)
    {
        (string Name, double Work, string Style)[] works =
        [
            ("This search and its winner", ledger.SearchWork, "bar c0"),
            ("Controls, to compare with", ledger.ControlWork, "bar cx"),
            ("One full fine-tuning", ledger.FullFineTuningWork, "bar c1"),
            ("Two-stage search", ledger.TwoStageWork, "bar cx"),
            ("Exhaustive search", ledger.ExhaustiveWork, "bar cx"),
        ];
        var isRelative = ledger.FullFineTuningWork > 0;
        string Amount(double work) => isRelative ? FigureText.Multiple(work / ledger.FullFineTuningWork) : FigureText.Count(work);
        html.Paragraph("Work is counted as multiply-accumulates × images × epochs"
            + (isRelative ? ", and shown as a multiple of one full fine-tuning. " : ". ") + ledger.Basis);
        PageParts.WideChart(
            html,
            "ledger-chart",
            "Work of this search and of others",
            string.Join(" ", works.Select(work => $"{work.Name}: {Amount(work.Work)}.")),
            width => Draw(width, works, Amount));
        HtmlTable.Write(
            html,
            "Work",
            [new("What"), new("Work", true), new(isRelative ? "× one full fine-tuning" : "Share", true)],
            works.Select(work => (IReadOnlyList<TableCell>)[work.Name, FigureText.Count(work.Work), isRelative ? Amount(work.Work) : FigureText.Missing]));
        html.Paragraph($"Time: {FigureText.Seconds(ledger.SearchSeconds)} for the search, {FigureText.Seconds(ledger.ControlSeconds)} for controls, {FigureText.Seconds(ledger.OtherSeconds)} for all that is no training.");
        if (ledger.Entries.Count > 0)
        {
            PageParts.Details(html, $"All {ledger.Entries.Count} entries of the ledger", () => HtmlTable.Write(
                html,
                "Trainings, in their order",
                [new("Candidate"), new("Epochs", true), new("Purpose"), new("Work", true), new("Time", true)],
                ledger.Entries.Select(entry => (IReadOnlyList<TableCell>)
                [
                    entry.Candidate,
                    $"{FigureText.Whole(entry.FromEpoch)} to {FigureText.Whole(entry.ToEpoch)}",
                    Purpose(entry.Purpose),
                    isRelative ? Amount(entry.Work) : FigureText.Count(entry.Work),
                    FigureText.Seconds(entry.Seconds),
                ]),
                stacks: true));
        }
    }

    private static string Purpose(RequestPurpose purpose) => purpose switch
    {
        RequestPurpose.Search => "search",
        RequestPurpose.Winner => "the winner's end",
        _ => "control",
    };

    private static SvgCanvas Draw(double width, (string Name, double Work, string Style)[] works, Func<double, string> amount)
    {
        // On a telephone the name stands above its bar.
        var isNarrow = width <= PageParts.NarrowWidth;
        var left = isNarrow ? 0 : works.Max(work => SvgCanvas.TextWidth(work.Name)) + 10;
        var step = isNarrow ? 42 : 28;
        var most = Math.Max(double.Epsilon, works.Max(work => work.Work));
        var room = width - left - 70;
        var canvas = new SvgCanvas(width, (works.Length * step) + 4);
        for (var i = 0; i < works.Length; i++)
        {
            var (name, work, style) = works[i];
            var y = (i * step) + (isNarrow ? 18 : 4);
            var length = work > 0 ? Math.Max(2, room * work / most) : 0;
            canvas.Rectangle(left, y, length, 18, style, $"{name}: {amount(work)}");
            canvas.Text(left + length + 6, y + 13, amount(work), style: "label strong");
            canvas.Text(isNarrow ? 0 : left - 10, isNarrow ? y - 5 : y + 13, name, isNarrow ? "start" : "end");
        }

        return canvas;
    }
}
