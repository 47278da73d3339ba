namespace TruncatedTL.MLNet.Evaluation.Statistics;

/// <summary>Finds the threshold that an <see cref="OperatingPoint"/> asks for.</summary>
internal static class ThresholdFinder
{
    private const int FewRows = 50;
    private const double Level = 0.95;

    /// <summary>Finds the threshold; rows above it are called positive.</summary>
    /// <param name="scores">One score a row, finite.</param>
    /// <param name="labels">1 for positive rows, else 0.</param>
    /// <param name="rule">The rule.</param>
    /// <exception cref="CalibrationException">There are rows of one class only, or no threshold fulfils the rule.</exception>
    public static OperatingPointReport Find(ReadOnlySpan<float> scores, ReadOnlySpan<int> labels, OperatingPoint rule)
    {
        if (scores.Length != labels.Length)
        {
            throw new CalibrationException($"There are {labels.Length} labels and {scores.Length} scores; the validation rows were not the same when they were read again.");
        }

        var positives = labels.Count(1);
        var negatives = labels.Length - positives;
        if (positives == 0 || negatives == 0)
        {
            throw new CalibrationException($"A threshold needs validation rows of both classes; there are {positives} positive and {negatives} negative ones.");
        }

        var (sorted, classes) = (scores.ToArray(), labels.ToArray());
        Array.Sort(sorted, classes);

        // Behind `called` rows in falling order lies a possible threshold wherever the score changes, and at both ends.
        (double Utility, int Called, int Found, int Spared)? best = null;
        var (found, spared) = (0, negatives);
        for (var called = 0; called <= sorted.Length; called++)
        {
            if (called > 0)
            {
                var isPositive = classes[^called] == 1;
                (found, spared) = isPositive ? (found + 1, spared) : (found, spared - 1);
            }

            var splitsTie = called > 0 && called < sorted.Length && sorted[^called] == sorted[^(called + 1)];
            if (splitsTie || rule.Utility(found / (double)positives, spared / (double)negatives, positives / (double)labels.Length) is not { } utility)
            {
                continue;
            }

            // Of equal ones the later has the higher sensitivity, unless it only calls more negatives; rounding must not decide.
            if (best is not { } held || utility > held.Utility + 1e-12 || (utility >= held.Utility - 1e-12 && found > held.Found))
            {
                best = (utility, called, found, spared);
            }
        }

        if (best is not { } chosen)
        {
            throw new CalibrationException($"No threshold reaches a {rule} on the validation rows.");
        }

        return new OperatingPointReport
        {
            Rule = rule,
            Threshold = ThresholdBehind(sorted, chosen.Called),
            Sensitivity = Share(chosen.Found, positives),
            Specificity = Share(chosen.Spared, negatives),
            Positives = positives,
            Negatives = negatives,
            Warnings = [.. Warnings(chosen.Called, positives, negatives)],
        };
    }

    // Between two scores, so that the last digits of another processor do not change the decision on rows like these.
    private static float ThresholdBehind(float[] ascending, int called)
    {
        if (called == 0)
        {
            return ascending[^1] + Margin(ascending[^1]);
        }

        if (called == ascending.Length)
        {
            return ascending[0] - Margin(ascending[0]);
        }

        var (above, below) = (ascending[^called], ascending[^(called + 1)]);
        var middle = (float)(((double)above + below) / 2);
        return middle < above ? middle : below;
    }

    private static float Margin(float score) => 1e-3f * Math.Max(1, Math.Abs(score));

    private static MetricEstimate Share(int count, int total) => new(count / (double)total, ProportionIntervals.Wilson(count, total, Level));

    private static IEnumerable<string> Warnings(int called, int positives, int negatives)
    {
        if (called == 0 || called == positives + negatives)
        {
            yield return called == 0 ? "no validation row is called positive" : "every validation row is called positive";
        }

        if (Math.Min(positives, negatives) < FewRows)
        {
            yield return $"only {Math.Min(positives, negatives)} validation rows of the rarer class: the figures that the model reaches elsewhere may differ much";
        }
    }
}
