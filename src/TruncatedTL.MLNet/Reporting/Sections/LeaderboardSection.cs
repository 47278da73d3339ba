using TruncatedTL.MLNet.Evaluation;
using TruncatedTL.MLNet.Reporting.Analysis;
using TruncatedTL.MLNet.Reporting.Charts;
using TruncatedTL.MLNet.Reporting.Formatting;
using TruncatedTL.MLNet.Reporting.Markup;

namespace TruncatedTL.MLNet.Reporting.Sections;

/// <summary>All candidates: how good they are, with intervals and tests, and what they cost.</summary>
internal static class LeaderboardSection
{
    private const double IntervalWidth = 132;

    public static void Write(HtmlBuilder html, ReportAnalysis analysis)
    {
        if (analysis.Trials.Count == 0)
        {
            html.Paragraph("There was no candidate.", "empty");
            return;
        }

        html.Paragraph(Explanation(analysis));
        WriteQuality(html, analysis);
        WriteCost(html, analysis);
    }

    private static string Explanation(ReportAnalysis analysis)
    {
        var level = FigureText.Level(analysis.ConfidenceLevel);
        var sets = analysis.Input.Validation.Count;
        var hasGroups = analysis.Input.Validation.All(set => set.Groups is not null);
        var validation = sets > 1
            ? $"Validation figures are means of the {sets} sets, each measured on its own rows, with the lowest and highest set; "
                + $"differences are paired by set, with the {level} interval and p of the corrected resampled t-test (Nadeau and Bengio), which knows that sets share training rows."
            : $"Intervals are {level} confidence intervals; differences are paired, row by row.";
        var units = hasGroups ? " Patients, not images, are what the intervals draw." : string.Empty;
        var tests = analysis.Reference is { } reference
            ? $" Tests compare each candidate that was trained to its end with {reference.Name}; Holm's correction is over {analysis.ComparedOnValidation} test{(analysis.ComparedOnValidation == 1 ? string.Empty : "s")} on validation rows"
                + (analysis.ComparedOnTest > 0 ? $" and, apart from them, {analysis.ComparedOnTest} on test rows." : ".")
            : " There are no tests against full transfer, because none was trained to its end with a defined figure.";
        return validation + units + tests + " What was stopped early is shown with the score it had, and is not tested: it would lose for that alone.";
    }

    private static void WriteQuality(HtmlBuilder html, ReportAnalysis analysis)
    {
        var hasTest = analysis.Trials.Any(trial => trial.Test is not null);
        var metric = analysis.Metric.Name;
        var scale = Scale(analysis);
        List<TableColumn> columns = [new("Candidate"), new($"Validation {metric}", true), new("Its interval")];
        if (hasTest)
        {
            columns.Add(new($"Test {metric}", true));
        }

        columns.AddRange([new(hasTest ? "Minus full, validation" : "Minus full transfer", true), new("p", true), new("p, Holm", true)]);
        if (hasTest)
        {
            columns.AddRange([new("Minus full, test", true), new("p, test", true), new("p, test, Holm", true)]);
        }

        HtmlTable.Write(
            html,
            $"Quality of the candidates, best first; the stroke in the small charts is full transfer, their scale goes from {FigureText.Metric(scale.Lowest)} to {FigureText.Metric(scale.Highest)}",
            columns,
            analysis.Leaderboard.Select(trial => (Row(trial), Style(trial))),
            stacks: true);

        IReadOnlyList<TableCell> Row(TrialFigures trial)
        {
            List<TableCell> cells = [NameOf(trial, analysis), trial.Validation.Value is null && trial.Trial.Score is { } score ? Seen(score) : PageParts.Estimate(Shown(trial), trial), Interval(trial, analysis, scale)];
            if (hasTest)
            {
                cells.Add(PageParts.Estimate(trial.Test));
            }

            AddComparison(cells, trial, trial.ValidationComparison, analysis);
            if (hasTest)
            {
                AddComparison(cells, trial, trial.TestComparison, analysis);
            }

            return cells;
        }
    }

    // What was never trained has no figure that could be undefined.
    private static MetricEstimate? Shown(TrialFigures trial) => trial.Trial.State is ReportTrialState.Pruned or ReportTrialState.NotTried ? null : trial.Validation;

    private static TableCell Seen(double score) => TableCell.Of(html => html
        .Element("span", FigureText.Metric(score), ("class", "value")).Text(" ").Element("span", "as the search saw it", ("class", "reason")));

    private static void AddComparison(List<TableCell> cells, TrialFigures trial, MetricComparison? comparison, ReportAnalysis analysis)
    {
        if (trial == analysis.Reference)
        {
            cells.AddRange(["reference", FigureText.Missing, FigureText.Missing]);
            return;
        }

        cells.Add(comparison is null ? FigureText.Missing : TableCell.Of(html =>
        {
            switch (comparison)
            {
                case { Difference.Value: { } difference }:
                    html.Element("span", FigureText.Difference(difference), ("class", "value")).Text(" ");
                    html.Element("span", comparison.Difference.Interval is { } interval ? FigureText.Interval(interval) : comparison.Difference.Note ?? string.Empty, ("class", "interval"));
                    break;
                default:
                    PageParts.Undefined(html, comparison.Difference.UndefinedReason);
                    break;
            }
        }));
        cells.Add(comparison?.PValue is { } p ? FigureText.P(p) : FigureText.Missing);
        cells.Add(comparison?.AdjustedPValue is not { } adjusted ? FigureText.Missing : TableCell.Of(html =>
        {
            html.Text(FigureText.P(adjusted));
            if (comparison.Verdict is ComparisonVerdict.FirstBetter or ComparisonVerdict.SecondBetter)
            {
                html.Text(" ").Element("span", comparison.Verdict == ComparisonVerdict.FirstBetter ? "better" : "worse", ("class", "finding"));
            }
        }));
    }

    private static void WriteCost(HtmlBuilder html, ReportAnalysis analysis) => HtmlTable.Write(
        html,
        "What the candidates are and cost, in the same order",
        [
            new("Candidate"), new("Strategy, network"), new("Cut"), new("State"), new("Parameters", true), new("MACs an image", true),
            new("Time an image", true), new("Model file", true), new("Epochs", true), new("Training", true),
        ],
        analysis.Leaderboard.Select(trial => ((IReadOnlyList<TableCell>)
        [
            NameOf(trial, analysis),
            TableCell.Of(cell => cell.Text(trial.Trial.Strategy).Text(", ").Element("span", trial.Trial.Backbone, ("class", "network"))),
            trial.Trial.CutName.Length == 0 ? FigureText.Missing : trial.Trial.CutName,
            TableCell.Of(cell =>
            {
                cell.Element("span", PageParts.State(trial), ("class", "state " + trial.Trial.State.ToString().ToLowerInvariant()));
                if (trial.Trial.Note is { } note)
                {
                    cell.Text(" ").Element("span", note, ("class", "reason"));
                }
            }),
            FigureText.Count(trial.Trial.Candidate.ParameterCount),
            FigureText.Count(trial.Trial.Candidate.MacCount),
            trial.Trial.MillisecondsPerImage is { } milliseconds ? FigureText.Milliseconds(milliseconds) : FigureText.Missing,
            trial.Trial.ModelBytes is { } bytes ? FigureText.Bytes(bytes) : FigureText.Missing,
            trial.Epochs == 0 ? FigureText.Missing : FigureText.Whole(trial.Epochs),
            trial.Trial.TrainingSeconds > 0 ? FigureText.Seconds(trial.Trial.TrainingSeconds) : FigureText.Missing,
        ], Style(trial))),
        stacks: true);

    private static TableCell NameOf(TrialFigures trial, ReportAnalysis analysis) => TableCell.Of(html =>
    {
        html.Element("span", trial.Name, ("class", "name"));
        if (trial.IsWinner)
        {
            html.Text(" ").Element("span", "chosen", ("class", "badge chosen"));
        }

        if (trial == analysis.Reference)
        {
            html.Text(" ").Element("span", "reference", ("class", "badge control"));
        }
        else if (trial.Trial.IsControl)
        {
            html.Text(" ").Element("span", "control", ("class", "badge"));
        }
    });

    private static string? Style(TrialFigures trial) => trial.IsWinner ? "winner" : trial.Score is null ? "unscored" : null;

    private static Axis Scale(ReportAnalysis analysis) => Axis.Linear(analysis.Trials.SelectMany(Ends));

    private static IEnumerable<double> Ends(TrialFigures trial)
    {
        if (trial.Score is { } score)
        {
            yield return score;
        }

        if (trial.IsFinished && trial.Validation.Interval is { } interval)
        {
            yield return interval.Lower;
            yield return interval.Upper;
        }

        if (trial.Range is { } range)
        {
            yield return range.Lowest;
            yield return range.Highest;
        }
    }

    private static TableCell Interval(TrialFigures trial, ReportAnalysis analysis, Axis scale)
    {
        if (trial.Score is not { } score)
        {
            return string.Empty;
        }

        double X(double value) => 5 + ((IntervalWidth - 10) * Math.Clamp(scale.Position(value), 0, 1));
        var canvas = new SvgCanvas(IntervalWidth, 18);
        canvas.Line(0, 9, IntervalWidth, 9, "grid");
        if (analysis.Reference?.Score is { } reference)
        {
            canvas.Line(X(reference), 1, X(reference), 17, "line thin c1");
        }

        var colour = trial.IsWinner ? "c0" : trial == analysis.Reference ? "c1" : "cx";
        var ends = trial.Validation.Interval is { } interval ? (interval.Lower, interval.Upper) : trial.Range;
        if (ends is { } found)
        {
            canvas.Line(X(found.Item1), 9, X(found.Item2), 9, "line " + colour);
        }

        canvas.Circle(X(score), 9, 4, trial.IsFinished ? "dot " + colour : "dot hollow " + colour);
        var words = ends is { } range ? $", from {FigureText.Metric(range.Item1)} to {FigureText.Metric(range.Item2)}" : string.Empty;
        return new TableCell(string.Empty, canvas.ToMarkup($"interval-{trial.Index}", $"{analysis.Metric.Name} of {trial.Name}", $"{FigureText.Metric(score)}{words}.", "inline"));
    }
}
