using TruncatedTL.MLNet.Reporting.Analysis;
using TruncatedTL.MLNet.Reporting.Charts;
using TruncatedTL.MLNet.Reporting.Formatting;
using TruncatedTL.MLNet.Reporting.Markup;

namespace TruncatedTL.MLNet.Reporting.Sections;

/// <summary>The metric against parameters, multiply-accumulates, time and file size, with the front of what nothing beats.</summary>
internal static class ParetoSection
{
    private const double HalfWidth = 520;

    public static void Write(HtmlBuilder html, ReportAnalysis analysis)
    {
        (string Id, string Name, Func<TrialFigures, double?> Cost, Func<double, string> Format)[] costs =
        [
            ("parameters", "Parameters", trial => trial.Trial.Candidate.ParameterCount, FigureText.Count),
            ("macs", "Multiply-accumulates an image", trial => trial.Trial.Candidate.MacCount, FigureText.Count),
            ("time", "Milliseconds an image", trial => trial.Trial.MillisecondsPerImage, FigureText.Digits),
            ("bytes", "Size of the model file", trial => trial.Trial.ModelBytes, FigureText.Bytes),
        ];
        var scored = analysis.Trials.Where(trial => trial.Score is not null).ToArray();
        if (scored.Length == 0)
        {
            html.Paragraph("No candidate has a score, so there is nothing to draw.", "empty");
            return;
        }

        html.Paragraph("The line joins the candidates that no other one beats in both respects, among those trained to their end; costs are on a logarithmic scale. Differences along it may be smaller than their intervals.");
        using (html.Open("div", ("class", "grid two")))
        {
            foreach (var (id, name, cost, format) in costs)
            {
                var known = scored.Where(trial => cost(trial) > 0).ToArray();
                if (known.Length == 0)
                {
                    continue;
                }

                var front = analysis.Front(cost);
                PageParts.WideChart(
                    html,
                    "pareto-" + id,
                    $"{analysis.Metric.Name} against {name.ToLowerInvariant()}",
                    $"{analysis.Metric.Name} of {known.Length} candidates against {name.ToLowerInvariant()}. On the front, from the cheapest: {(front.Count == 0 ? "none" : string.Join(", ", front.Select(trial => trial.Name)))}.",
                    width => Draw(width, name, analysis, known, front, cost, format),
                    width: HalfWidth);
            }
        }

        PageParts.Details(html, "The numbers of these charts", () => HtmlTable.Write(
            html,
            $"{analysis.Metric.Name} and costs; \"front\" where nothing beats the candidate in both",
            [new("Candidate"), new(analysis.Metric.Name, true), .. costs.Select(cost => new TableColumn(cost.Name, true))],
            scored.Select(trial => (IReadOnlyList<TableCell>)
            [
                trial.Name,
                FigureText.Metric(trial.Score!.Value),
                .. costs.Select(cost => (TableCell)(cost.Cost(trial) is { } value ? cost.Format(value) + (analysis.Front(cost.Cost).Contains(trial) ? ", front" : string.Empty) : FigureText.Missing)),
            ]),
            stacks: true));
    }

    // Ticks are round numbers, which need no three digits: "1.50 MB" is "1.5 MB".
    private static string WithoutZeros(string text)
    {
        var end = text.LastIndexOfAny(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']) + 1;
        return text.Contains('.', StringComparison.Ordinal) ? text[..end].TrimEnd('0').TrimEnd('.') + text[end..] : text;
    }

    private static SvgCanvas Draw(double width, string name, ReportAnalysis analysis, TrialFigures[] known, IReadOnlyList<TrialFigures> front, Func<TrialFigures, double?> cost, Func<double, string> format)
    {
        var x = Axis.Logarithmic(known.Select(trial => cost(trial)!.Value), value => WithoutZeros(format(value)));
        var plot = new Plot(width, 200, x, Axis.Linear(known.Select(trial => trial.Score!.Value), 4), name.ToLowerInvariant(), analysis.Metric.Name,
        [
            new("chosen", LegendMark.Dot, "dot c0"), new("full transfer", LegendMark.Diamond, "dot c1"), new("other", LegendMark.Dot, "dot cx"), new("stopped", LegendMark.Dot, "dot hollow cx"),
        ]);
        var corners = new List<(double, double)>();
        foreach (var trial in front.Where(trial => cost(trial) > 0))
        {
            if (corners.Count > 0)
            {
                corners.Add((cost(trial)!.Value, corners[^1].Item2));
            }

            corners.Add((cost(trial)!.Value, trial.Score!.Value));
        }

        plot.Curve(corners, "line front");
        foreach (var trial in known.OrderBy(trial => trial.IsWinner ? 2 : trial == analysis.Reference ? 1 : 0))
        {
            var (value, score) = (cost(trial)!.Value, trial.Score!.Value);
            plot.Occupy(value, score, 6);
            var tip = $"{trial.Name}: {analysis.Metric.Name} {FigureText.Metric(score)}, {format(value)}";
            var style = (trial.IsFinished ? "dot " : "dot hollow ") + (trial.IsWinner ? "c0" : trial.Trial.Candidate.IsFullTransfer ? "c1" : "cx");
            if (trial.Trial.Candidate.IsFullTransfer)
            {
                plot.Canvas.Diamond(plot.X(value), plot.Y(score), 6, style, tip);
            }
            else
            {
                plot.Canvas.Circle(plot.X(value), plot.Y(score), trial.IsWinner ? 5.5 : 4, style, tip);
            }
        }

        if (known.FirstOrDefault(trial => trial.IsWinner) is { } winner)
        {
            plot.Name(cost(winner)!.Value, winner.Score!.Value, winner.Name);
        }

        return plot.Canvas;
    }
}
