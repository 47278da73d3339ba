using TruncatedTL.MLNet.Reporting.Analysis;
using TruncatedTL.MLNet.Reporting.Charts;
using TruncatedTL.MLNet.Reporting.Formatting;
using TruncatedTL.MLNet.Reporting.Markup;
using TruncatedTL.MLNet.Training;

namespace TruncatedTL.MLNet.Reporting.Sections;

/// <summary>Loss and metric by epoch: of winner and controls at once, of the others on demand.</summary>
internal static class LearningSection
{
    public static void Write(HtmlBuilder html, ReportAnalysis analysis)
    {
        var trained = analysis.Leaderboard.Where(trial => trial.Epochs > 0).ToArray();
        if (trained.Length == 0)
        {
            html.Paragraph("No candidate completed an epoch.", "empty");
            return;
        }

        var shown = trained.Where(trial => trial.IsWinner || trial.Trial.IsControl || trial == analysis.Reference).OrderByDescending(trial => trial.IsWinner).ToArray();
        var rest = trained.Except(shown).ToArray();
        html.Paragraph("Training loss is measured while weights still move and with augmentation, so that it may lie above the validation loss. A ring marks the epoch that was kept."
            + (analysis.Input.Validation.Count > 1 ? " One line a set." : string.Empty));
        foreach (var trial in shown)
        {
            WriteTrial(html, analysis, trial);
        }

        if (rest.Length > 0)
        {
            PageParts.Details(html, $"Learning curves of the other {rest.Length} trained candidate{(rest.Length == 1 ? string.Empty : "s")}", () =>
            {
                foreach (var trial in rest)
                {
                    WriteTrial(html, analysis, trial);
                }
            });
        }
    }

    private static void WriteTrial(HtmlBuilder html, ReportAnalysis analysis, TrialFigures trial)
    {
        html.Element("h3", trial.Name + (trial.IsWinner ? " (chosen)" : trial == analysis.Reference ? " (full transfer)" : string.Empty));
        using (html.Open("div", ("class", "grid")))
        {
            PageParts.SmallChart(html, $"loss-{trial.Index}", "Loss", $"Training and validation loss of {trial.Name} over {trial.Epochs} epochs.", DrawLoss(trial));
            if (trial.Trial.Runs.Any(run => run.History.Any(epoch => analysis.Metric.OfEpoch(epoch) is not null)))
            {
                PageParts.SmallChart(html, $"metric-{trial.Index}", $"Validation {analysis.Metric.Name}", $"{analysis.Metric.Name} of {trial.Name} on validation rows over {trial.Epochs} epochs.", DrawMetric(analysis, trial));
            }
            else
            {
                html.Paragraph($"{analysis.Metric.Name} by epoch is not recorded.", "empty");
            }
        }

        PageParts.Details(html, $"Epochs of {trial.Name}", () => PageParts.Scrolling(html, $"Epochs of {trial.Name}", () => HtmlTable.Write(
            html,
            $"Epochs of {trial.Name}; an asterisk marks the best so far",
            [new("Epoch", true), new("Set"), new("Train loss", true), new("Val. loss", true), new(analysis.Metric.Name, true), new("Rate", true)],
            trial.Trial.Runs.SelectMany((run, r) => run.History.Select(epoch => (IReadOnlyList<TableCell>)
            [
                FigureText.Whole(epoch.Epoch) + (epoch.IsBest ? "*" : string.Empty),
                analysis.Input.Validation[r].Name,
                Loss(epoch.TrainLoss),
                Loss(epoch.ValidationLoss),
                analysis.Metric.OfEpoch(epoch) is { } metric ? FigureText.Metric(metric) : FigureText.Missing,
                FigureText.Number(epoch.LearningRate, "0.0E+0"),
            ])))));
    }

    private static string Loss(double? loss) => loss is { } value && double.IsFinite(value) ? FigureText.Metric(value) : loss is null ? FigureText.Missing : "not finite";

    private static SvgCanvas DrawLoss(TrialFigures trial)
    {
        var runs = trial.Trial.Runs;
        var values = runs.SelectMany(run => run.History.SelectMany(epoch => new[] { epoch.TrainLoss, epoch.ValidationLoss ?? double.NaN }));
        var plot = new Plot(PageParts.SmallWidth, 130, Epochs(trial), Axis.Linear(values, 4), "epoch", string.Empty,
            [new("training", LegendMark.Line, "line dash cx"), new("validation", LegendMark.Line, "line " + Colour(trial))]);
        foreach (var run in runs)
        {
            Draw(plot, run.History, epoch => epoch.TrainLoss, "line dash cx");
            Draw(plot, run.History, epoch => epoch.ValidationLoss, "line " + Colour(trial));
        }

        return plot.Canvas;
    }

    private static SvgCanvas DrawMetric(ReportAnalysis analysis, TrialFigures trial)
    {
        var runs = trial.Trial.Runs;
        var plot = new Plot(PageParts.SmallWidth, 130, Epochs(trial), Axis.Linear(runs.SelectMany(run => run.History.Select(epoch => analysis.Metric.OfEpoch(epoch) ?? double.NaN)), 4), "epoch", string.Empty,
            [new("validation", LegendMark.Line, "line " + Colour(trial)), new("kept", LegendMark.Dot, "ring")]);
        foreach (var run in runs)
        {
            Draw(plot, run.History, analysis.Metric.OfEpoch, "line " + Colour(trial));
            if (run.History.LastOrDefault(epoch => epoch.IsBest) is { } best && analysis.Metric.OfEpoch(best) is { } value && double.IsFinite(value))
            {
                plot.Canvas.Circle(plot.X(best.Epoch), plot.Y(value), 5.5, "ring");
            }
        }

        return plot.Canvas;
    }

    // An epoch without a number leaves a gap, and one number alone is a dot.
    private static void Draw(Plot plot, IReadOnlyList<EpochMetrics> history, Func<EpochMetrics, double?> value, string style)
    {
        var piece = new List<(double, double)>();
        foreach (var epoch in history)
        {
            if (value(epoch) is { } number && double.IsFinite(number))
            {
                piece.Add((epoch.Epoch, number));
                continue;
            }

            Finish();
        }

        Finish();

        void Finish()
        {
            if (piece.Count == 1)
            {
                plot.Canvas.Circle(plot.X(piece[0].Item1), plot.Y(piece[0].Item2), 2.5, style.Replace("line", "dot", StringComparison.Ordinal));
            }
            else if (piece.Count > 1)
            {
                plot.Curve(piece, style);
            }

            piece.Clear();
        }
    }

    private static Axis Epochs(TrialFigures trial)
    {
        var last = Math.Max(2, trial.Epochs);
        var step = last <= 10 ? 1 : last <= 30 ? 5 : last <= 60 ? 10 : last <= 150 ? 25 : 100;
        return Axis.Between(1, last, [.. Enumerable.Range(1, last).Where(epoch => epoch == 1 || epoch % step == 0).Select(epoch => ((double)epoch, FigureText.Whole(epoch)))]);
    }

    private static string Colour(TrialFigures trial) => trial.IsWinner ? "c0" : trial.Trial.Candidate.IsFullTransfer ? "c1" : "c2";
}
