using System.Globalization;
using TruncatedTL.MLNet.Reporting.Analysis;
using TruncatedTL.MLNet.Reporting.Formatting;
using TruncatedTL.MLNet.Reporting.Markup;

namespace TruncatedTL.MLNet.Reporting.Sections;

/// <summary>Title, verdict and the few numbers that matter most.</summary>
internal static class VerdictSection
{
    public static void Write(HtmlBuilder html, ReportAnalysis analysis, ReportVerdict verdict)
    {
        var input = analysis.Input;
        using var header = html.Open("header");
        html.Paragraph("Comparison of transfer strategies", "kicker");
        html.Element("h1", input.Title);
        html.Paragraph(
            $"{input.Created.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)} · {input.Trials.Count} candidate{(input.Trials.Count == 1 ? string.Empty : "s")} · judged by {analysis.Metric.Name} ({(analysis.Metric.IsHigherBetter ? "higher" : "lower")} is better)",
            "subtitle");
        using (html.Open("section", ("class", "verdict"), ("aria-labelledby", "verdict-h")))
        {
            html.Element("h2", "Verdict", ("id", "verdict-h"));
            html.Paragraph(verdict.Sentence, "sentence");
            using (html.Open("ul", ("class", "remarks")))
            {
                foreach (var remark in verdict.Remarks)
                {
                    html.Element("li", remark);
                }
            }
        }

        WriteTiles(html, analysis);
    }

    private static void WriteTiles(HtmlBuilder html, ReportAnalysis analysis)
    {
        if (analysis.Winner is not { } winner)
        {
            return;
        }

        var reference = analysis.Reference == winner ? null : analysis.Reference;
        var ledger = analysis.Input.Ledger;
        using var list = html.Open("dl", ("class", "tiles"));
        Tile("Chosen", winner.Name, winner.Trial.Strategy == winner.Name ? winner.Trial.Backbone : winner.Trial.Strategy);
        if (winner.Test?.Value is { } test)
        {
            Tile($"Test {analysis.Metric.Name}", FigureText.Metric(test), winner.Test.Interval is { } interval ? FigureText.Interval(interval) : string.Empty);
        }

        Tile($"Validation {analysis.Metric.Name}", winner.Validation.Value is { } value ? FigureText.Metric(value) : "undefined",
            winner.Validation.Interval is { } own ? FigureText.Interval(own) : winner.Range is { } range ? $"sets {FigureText.Metric(range.Lowest)} to {FigureText.Metric(range.Highest)}" : string.Empty);
        Tile("Parameters", FigureText.Count(winner.Trial.Candidate.ParameterCount), reference is null ? string.Empty : $"full transfer {FigureText.Count(reference.Trial.Candidate.ParameterCount)}");
        Tile("Multiply-accumulates", FigureText.Count(winner.Trial.Candidate.MacCount), reference is null ? "an image" : $"full transfer {FigureText.Count(reference.Trial.Candidate.MacCount)}");
        if (winner.Trial.ModelBytes is { } bytes)
        {
            Tile("Saved model", FigureText.Bytes(bytes), reference?.Trial.ModelBytes is { } full ? $"full transfer {FigureText.Bytes(full)}" : string.Empty);
        }

        if (ledger.FullFineTuningWork > 0)
        {
            Tile("The search cost", FigureText.Multiple(ledger.SearchWork / ledger.FullFineTuningWork), "one full fine-tuning");
        }

        void Tile(string name, string value, string below)
        {
            using (html.Open("div"))
            {
                html.Element("dt", name);
                using (html.Open("dd"))
                {
                    html.Element("span", value, ("class", value.Length > 12 ? "big long" : "big"));
                    if (below.Length > 0)
                    {
                        html.Element("span", below, ("class", "below"));
                    }
                }
            }
        }
    }
}
