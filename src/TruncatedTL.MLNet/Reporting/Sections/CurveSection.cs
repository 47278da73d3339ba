using TruncatedTL.MLNet.Reporting.Analysis;
using TruncatedTL.MLNet.Reporting.Charts;
using TruncatedTL.MLNet.Reporting.Formatting;
using TruncatedTL.MLNet.Reporting.Markup;

namespace TruncatedTL.MLNet.Reporting.Sections;

/// <summary>The metric against the cut, one curve a ladder, with the chosen cut and the tolerance; frozen-feature scores below.</summary>
internal static class CurveSection
{
    private const int MostColours = 6;

    public static void Write(HtmlBuilder html, ReportAnalysis analysis)
    {
        var rungs = analysis.Trials.Where(trial => trial.Trial.Candidate.Cut is not null && trial.Score is not null)
            .OrderBy(trial => trial.Trial.Candidate.Ladder, StringComparer.Ordinal).ThenBy(trial => trial.Trial.Candidate.Cut).ToArray();
        var ladders = analysis.Trials.Where(trial => trial.Trial.Candidate.Cut is not null).Select(trial => trial.Trial.Candidate.Ladder)
            .Concat(analysis.Input.FrozenScores.Select(score => score.Ladder)).Distinct().ToArray();
        if (rungs.Length == 0)
        {
            html.Paragraph("No truncated network was trained, so there is no curve.", "empty");
        }
        else
        {
            var winner = analysis.Winner?.Trial.Candidate.Cut is null ? null : analysis.Winner;
            var description = $"{analysis.Metric.Name} on validation rows for {rungs.Length} cut{(rungs.Length == 1 ? string.Empty : "s")} of {ladders.Length} network{(ladders.Length == 1 ? string.Empty : "s")}, from few layers kept to all."
                + (winner is null ? string.Empty : $" Chosen: {winner.Name} with {FigureText.Metric(winner.Score!.Value)}.");
            PageParts.WideChart(
                html,
                "curve-chart",
                $"{analysis.Metric.Name} against the cut",
                description,
                width => Draw(analysis, rungs, ladders, width),
                "Filled marks were trained to their end; hollow ones were stopped early, and more epochs might have lifted them. Strokes through filled marks are their intervals."
                    + (analysis.Input.Tolerance is { } tolerance && analysis.BestScore is not null ? $" The band is the tolerance of {FigureText.Metric(tolerance)} from the best score." : string.Empty));
        }

        WriteFrozen(html, analysis, ladders);
        WriteNumbers(html, analysis, rungs);
    }

    private static Axis Cuts(ReportAnalysis analysis, IReadOnlyList<string> ladders, double width)
    {
        var named = analysis.Trials.Where(trial => trial.Trial.Candidate.Cut is not null)
            .GroupBy(trial => trial.Trial.Candidate.Cut!.Value).ToDictionary(group => group.Key, group => group.First().Trial.CutName);
        var all = named.Keys.Concat(analysis.Input.FrozenScores.Select(score => score.Cut)).Distinct().Order().ToArray();
        var (low, high) = (all[0] - 0.5, all[^1] + 0.5);

        // Names stand for the cuts of one network only; several share numbers.
        return Axis.Between(low, high, [.. all.Select(cut => ((double)cut, ladders.Count == 1 && named.TryGetValue(cut, out var name) && width > PageParts.NarrowWidth ? SvgCanvas.Shortened(name, 80) : FigureText.Whole(cut)))]);
    }

    private static SvgCanvas Draw(ReportAnalysis analysis, TrialFigures[] rungs, string[] ladders, double width)
    {
        var input = analysis.Input;
        var (best, tolerance) = (analysis.BestScore, input.Tolerance);
        var limit = best is { } top && tolerance is { } room ? top + (analysis.Metric.IsHigherBetter ? -room : room) : (double?)null;
        var y = Axis.Linear([.. rungs.Select(rung => rung.Score!.Value), .. rungs.SelectMany(Ends), .. limit is { } end ? new[] { end } : []]);
        var names = ladders.Length == 1 && width > PageParts.NarrowWidth;
        List<LegendEntry> legend = ladders.Length == 1 ? [] : [.. ladders.Select((ladder, l) => new LegendEntry(ladder, LegendMark.Line, Line(l)))];
        legend.AddRange([new("trained to its end", LegendMark.Dot, "dot cx"), new("stopped early", LegendMark.Dot, "dot hollow cx")]);
        if (limit is not null)
        {
            legend.Add(new("tolerance", LegendMark.Area, "band"));
        }

        var plot = new Plot(width, width > PageParts.NarrowWidth ? 280 : 220, Cuts(analysis, ladders, width), y, "cut: layers kept, from the input", $"{analysis.Metric.Name}, validation", legend, turnsXLabels: names);
        if (limit is { } edge)
        {
            var (upper, lower) = (Math.Min(plot.Y(best!.Value), plot.Y(edge)), Math.Max(plot.Y(best.Value), plot.Y(edge)));
            plot.Canvas.Rectangle(plot.Left, upper, plot.Right - plot.Left, lower - upper, "band");
        }

        var chosen = rungs.FirstOrDefault(rung => rung.IsWinner);
        if (chosen is not null)
        {
            plot.Canvas.Line(plot.X(chosen.Trial.Candidate.Cut!.Value), plot.Top, plot.X(chosen.Trial.Candidate.Cut!.Value), plot.Bottom, "line thin dash c0");
        }

        for (var l = 0; l < ladders.Length; l++)
        {
            var own = rungs.Where(rung => rung.Trial.Candidate.Ladder == ladders[l]).ToArray();
            plot.Curve(own.Select(rung => ((double)rung.Trial.Candidate.Cut!.Value, rung.Score!.Value)), Line(l));
            foreach (var rung in own)
            {
                DrawRung(plot, analysis, rung, "c" + (l % MostColours), ladders.Length);
            }
        }

        if (chosen is not null)
        {
            plot.Canvas.Circle(plot.X(chosen.Trial.Candidate.Cut!.Value), plot.Y(chosen.Score!.Value), 9, "ring");
            plot.Name(chosen.Trial.Candidate.Cut!.Value, chosen.Score!.Value, "chosen: " + chosen.Name);
        }

        return plot.Canvas;
    }

    private static void DrawRung(Plot plot, ReportAnalysis analysis, TrialFigures rung, string colour, int ladders)
    {
        var (x, y) = ((double)rung.Trial.Candidate.Cut!.Value, rung.Score!.Value);
        var ends = Ends(rung).ToArray();
        if (ends.Length == 2)
        {
            // Curves of several networks stand side by side, so that their intervals do not hide each other.
            var shift = ladders > 1 ? (colour[1] - '0' - ((Math.Min(ladders, MostColours) - 1) / 2.0)) * 3 : 0;
            plot.Canvas.Line(plot.X(x) + shift, plot.Y(ends[0]), plot.X(x) + shift, plot.Y(ends[1]), "line thin faint " + colour);
        }

        plot.Occupy(x, y, 7);
        plot.Canvas.Circle(plot.X(x), plot.Y(y), 4.5, rung.IsFinished ? "dot " + colour : "dot hollow " + colour, $"{rung.Name}: {analysis.Metric.Name} {FigureText.Metric(y)}, {PageParts.State(rung)}, {rung.Epochs} epochs");
    }

    private static IEnumerable<double> Ends(TrialFigures rung) => !rung.IsFinished ? []
        : rung.Validation.Interval is { } interval ? [interval.Lower, interval.Upper]
        : rung.Range is { } range ? [range.Lowest, range.Highest]
        : [];

    private static string Line(int ladder) => $"line c{ladder % MostColours}{(ladder < MostColours ? string.Empty : " dash")}";

    private static void WriteFrozen(HtmlBuilder html, ReportAnalysis analysis, string[] ladders)
    {
        foreach (var (score, values) in analysis.Input.FrozenScores.GroupBy(value => value.Score).Select((group, i) => (group.Key, (Values: group.ToArray(), Index: i))))
        {
            PageParts.WideChart(
                html,
                $"frozen-chart-{values.Index}",
                $"Frozen features: {score}",
                $"{score} of a linear classifier on the pretrained features at {values.Values.Length} cuts, before any training, from {FigureText.Metric(values.Values.Min(value => value.Value))} to {FigureText.Metric(values.Values.Max(value => value.Value))}.",
                width =>
                {
                    var plot = new Plot(width, 84, Cuts(analysis, ladders, width), Axis.Linear(values.Values.Select(value => value.Value), 3), string.Empty, $"frozen features: {score}", turnsXLabels: ladders.Length == 1 && width > PageParts.NarrowWidth);
                    for (var l = 0; l < ladders.Length; l++)
                    {
                        var own = values.Values.Where(value => value.Ladder == ladders[l]).OrderBy(value => value.Cut).ToArray();
                        plot.Curve(own.Select(value => ((double)value.Cut, value.Value)), Line(l) + " thin");
                        foreach (var value in own)
                        {
                            plot.Canvas.Circle(plot.X(value.Cut), plot.Y(value.Value), 2.5, $"dot c{l % MostColours}", $"{value.Ladder}, cut {value.Cut}: {FigureText.Metric(value.Value)}");
                        }
                    }

                    return plot.Canvas;
                },
                values.Index == 0 ? "Scores of frozen features tell cuts that are far too low from the others; they do not rank the others." : null);
        }
    }

    private static void WriteNumbers(HtmlBuilder html, ReportAnalysis analysis, TrialFigures[] rungs)
    {
        if (rungs.Length == 0 && analysis.Input.FrozenScores.Count == 0)
        {
            return;
        }

        PageParts.Details(html, "The numbers of these charts", () =>
        {
            if (rungs.Length > 0)
            {
                HtmlTable.Write(
                    html,
                    $"{analysis.Metric.Name} against the cut",
                    [new("Candidate"), new("Network"), new("Cut", true), new("Name of the cut"), new("State"), new("Epochs", true), new(analysis.Metric.Name, true)],
                    rungs.Select(rung => (IReadOnlyList<TableCell>)
                    [
                        rung.Name, rung.Trial.Candidate.Ladder, FigureText.Whole(rung.Trial.Candidate.Cut!.Value), rung.Trial.CutName, PageParts.State(rung), FigureText.Whole(rung.Epochs),
                        rung.Validation.Value is null ? FigureText.Metric(rung.Score!.Value) : PageParts.Estimate(rung.Validation, rung),
                    ]),
                    stacks: true);
            }

            if (analysis.Input.FrozenScores.Count > 0)
            {
                HtmlTable.Write(
                    html,
                    "Scores of frozen features",
                    [new("Network"), new("Cut", true), new("Score"), new("Value", true)],
                    analysis.Input.FrozenScores.Select(score => (IReadOnlyList<TableCell>)[score.Ladder, FigureText.Whole(score.Cut), score.Score, FigureText.Metric(score.Value)]));
            }
        });
    }
}
