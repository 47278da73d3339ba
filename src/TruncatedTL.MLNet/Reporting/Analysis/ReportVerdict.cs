using TruncatedTL.MLNet.Evaluation;
using TruncatedTL.MLNet.Reporting.Formatting;

namespace TruncatedTL.MLNet.Reporting.Analysis;

/// <summary>What the experiment allows to say: a sentence, and what a reader must know beside it.</summary>
/// <param name="Sentence">The verdict with its uncertainty.</param>
/// <param name="Remarks">Further sentences: the other rows, the reason of the choice, limits.</param>
internal sealed record ReportVerdict(string Sentence, IReadOnlyList<string> Remarks)
{
    private const int EnoughSplits = 8;
    private const int FewRows = 500;

    public static ReportVerdict Of(ReportAnalysis analysis)
    {
        var input = analysis.Input;
        var remarks = new List<string>();
        var sentence = Headline(analysis, remarks);
        if (analysis.Winner is { IsFinished: false } unfinished)
        {
            remarks.Add($"The chosen candidate was not trained to its end ({unfinished.Epochs} epochs).");
        }

        if (input.WinnerReason is { } reason)
        {
            remarks.Add("Why it was chosen: " + reason);
        }

        if (input.EndedEarly is { } ended)
        {
            remarks.Add("The experiment ended before its search did: " + ended);
        }

        AddLimits(analysis, remarks);
        return new ReportVerdict(sentence, remarks);
    }

    private static string Headline(ReportAnalysis analysis, List<string> remarks)
    {
        if (analysis.Winner is not { } winner)
        {
            return "Nothing was chosen: no candidate completed an epoch.";
        }

        var figure = $"{analysis.Metric.Name} {Figure(winner.Validation, winner)} on validation rows";
        if (winner == analysis.Reference)
        {
            return $"Full transfer itself was chosen ({figure}).";
        }

        if (analysis.Reference is not { } reference)
        {
            return $"{winner.Name} was chosen ({figure}). Full transfer was not trained to its end, so nothing can be said about a difference to it.";
        }

        if (analysis.TestHeadline is { Verdict: not ComparisonVerdict.Undefined } test)
        {
            if (analysis.ValidationHeadline is { } validation)
            {
                remarks.Add($"On validation rows, by which it was chosen: {Words(analysis, winner, reference, validation)}.");
            }

            return $"On test rows {Words(analysis, winner, reference, test)}; {Size(winner, reference, test)}.";
        }

        return analysis.ValidationHeadline is { } headline
            ? $"{Capital(Words(analysis, winner, reference, headline))}; {Size(winner, reference, headline)}."
            : $"{winner.Name} was chosen, and cannot be compared with full transfer: {winner.Validation.UndefinedReason ?? "its scores are missing"}.";
    }

    private static string Words(ReportAnalysis analysis, TrialFigures winner, TrialFigures reference, MetricComparison comparison)
    {
        var metric = analysis.Metric.Name;
        var name = reference.Trial.Candidate.Ladder == winner.Trial.Candidate.Ladder ? "full transfer" : $"full transfer ({reference.Name})";
        if (comparison.Verdict == ComparisonVerdict.Undefined)
        {
            return $"{winner.Name} cannot be compared with {name} in {metric}: {comparison.Difference.UndefinedReason ?? comparison.Difference.Note}";
        }

        var uncertainty = comparison.Difference is { Value: { } difference, Interval: { } interval }
            ? $"difference {FigureText.Difference(difference)}, {FigureText.Level(interval.Level)} interval {FigureText.Interval(interval)}, {FigureText.PSentence(comparison.PValue!.Value)}"
            : $"difference {FigureText.Difference(comparison.Difference.Value!.Value)}, {comparison.Difference.Note}";
        return comparison.Verdict switch
        {
            ComparisonVerdict.FirstBetter => $"{winner.Name} is better than {name} in {metric} ({uncertainty})",
            ComparisonVerdict.SecondBetter => $"{name} is better than {winner.Name} in {metric} ({uncertainty})",
            _ => $"{winner.Name} is not distinguishable from {name} in {metric} ({uncertainty})",
        };
    }

    private static string Size(TrialFigures winner, TrialFigures reference, MetricComparison comparison)
    {
        double own = winner.Trial.Candidate.ParameterCount, full = reference.Trial.Candidate.ParameterCount;

        // The sentence has begun with the winner, unless full transfer is better.
        var subject = comparison.Verdict == ComparisonVerdict.SecondBetter ? winner.Name : "it";
        return own == full ? $"{subject} has as many parameters"
            : own < full ? $"{subject} has {FigureText.Times(full / Math.Max(1, own))} times fewer parameters"
            : $"{subject} has {FigureText.Times(own / Math.Max(1, full))} times more parameters";
    }

    private static void AddLimits(ReportAnalysis analysis, List<string> remarks)
    {
        var headline = analysis.TestHeadline ?? analysis.ValidationHeadline;
        if (headline is { Verdict: ComparisonVerdict.NotDistinguishable, Difference.Interval: { } interval })
        {
            var loss = analysis.Metric.IsHigherBetter ? -interval.Lower : interval.Upper;
            remarks.Add(loss > 0
                ? $"Not distinguishable does not mean equal: the interval leaves room for a loss of up to {FigureText.Metric(loss)}."
                : "Not distinguishable does not mean equal.");
        }

        var sets = analysis.Input.Validation;
        if (sets.Count < EnoughSplits)
        {
            remarks.Add($"Between splits such figures vary with a standard deviation of .005 to .012, so that 8 to 10 splits are needed to see a difference of .01 with 80\u00A0% power; this experiment has {sets.Count}."
                + (sets.Count == 1 ? " Its intervals hold the chance of which rows were drawn, not that of training once more." : string.Empty));
        }

        var rows = sets.Sum(set => set.Labels.Count);
        if (rows < FewRows)
        {
            var rarest = Enumerable.Range(0, analysis.Input.ClassNames.Count).MinBy(c => sets.Sum(set => set.Labels.Count(label => label == c)));
            var count = sets.Sum(set => set.Labels.Count(label => label == rarest));
            remarks.Add($"Validation is small: {rows} rows, {count} of them of the rarest class, '{analysis.Input.ClassNames[rarest]}'.");
        }
    }

    // A comma before the words that follow it, where an interval stands between.
    private static string Figure(MetricEstimate estimate, TrialFigures trial) => estimate switch
    {
        { Value: { } value, Interval: { } interval } => $"{FigureText.Metric(value)}, {FigureText.Level(interval.Level)} interval {FigureText.Interval(interval)},",
        { Value: { } value } when trial.Range is { } range => $"{FigureText.Metric(value)}, {FigureText.Metric(range.Lowest)} to {FigureText.Metric(range.Highest)} over the sets,",
        { Value: { } value } => FigureText.Metric(value),
        _ => $"undefined: {estimate.UndefinedReason}",
    };

    private static string Capital(string text) => text.StartsWith("full transfer", StringComparison.Ordinal) ? "F" + text[1..] : text;
}
