namespace TruncatedTL.MLNet.Evaluation.Statistics;

/// <summary>A difference of two models before correction for the number of tests.</summary>
/// <param name="Difference">First minus second.</param>
/// <param name="PValue">Two-sided p; null where the difference cannot be tested.</param>
internal readonly record struct PairTest(MetricEstimate Difference, double? PValue);

/// <summary>The tests of a difference, and the words for their result.</summary>
internal static class ComparisonTest
{
    private const double SmallestVariance = 1e-15;

    /// <summary>DeLong's paired test of two areas under the ROC curve.</summary>
    public static PairTest DeLong(DeLongPlacements first, DeLongPlacements second, double level)
    {
        var difference = first.Area - second.Area;
        if (DeLongPlacements.Covariance(first, first) is not { } ofFirst)
        {
            return new(new(difference, Note: "a class has a single row, which shows no variance"), null);
        }

        var variance = ofFirst + DeLongPlacements.Covariance(second, second)!.Value - 2 * DeLongPlacements.Covariance(first, second)!.Value;
        if (variance < SmallestVariance)
        {
            return WithoutVariance(difference, "both rank the rows so that the difference has no variance");
        }

        var error = Math.Sqrt(variance);
        var half = Distributions.TwoSidedNormal(level) * error;
        return new(
            new(difference, new(Math.Max(-1, difference - half), Math.Min(1, difference + half), level, IntervalMethod.DeLong)),
            2 * Distributions.NormalCdf(-Math.Abs(difference) / error));
    }

    /// <summary>The paired bootstrap: both models on the same resamples.</summary>
    public static PairTest Bootstrapped(double difference, double[] replicates, double acceleration, MedicalEvaluationOptions options)
    {
        var distribution = new BootstrapDistribution(difference, replicates, acceleration, options);
        return replicates.Length > 0 && distribution.WhyNoInterval is not null && distribution.Spread == 0
            ? WithoutVariance(difference, distribution.WhyNoInterval)
            : new(new(difference, distribution.Interval(), Note: distribution.WhyNoInterval), distribution.TwoSidedP(0));
    }

    /// <summary>Nadeau and Bengio's corrected resampled t-test of differences per fold.</summary>
    /// <param name="differences">First minus second, one per fold, at least two.</param>
    /// <param name="testShare">Test rows divided by training rows of a fold.</param>
    /// <param name="level">Level of the interval.</param>
    public static PairTest CorrectedT(double[] differences, double testShare, double level)
    {
        var folds = differences.Length;
        var mean = differences.Average();
        var variance = differences.Sum(difference => (difference - mean) * (difference - mean)) / (folds - 1);
        if (variance < SmallestVariance)
        {
            return WithoutVariance(mean, "the difference is the same in every fold");
        }

        var error = Math.Sqrt((1.0 / folds + testShare) * variance);
        var quantile = Distributions.TwoSidedStudent(level, folds - 1);

        // A one-sided tail of 0.2 is a two-sided level of 0.6.
        var detectable = (quantile + Distributions.TwoSidedStudent(0.6, folds - 1)) * error;
        return new(
            new(
                mean,
                new(mean - quantile * error, mean + quantile * error, level, IntervalMethod.CorrectedResampledT),
                Note: FormattableString.Invariant($"{folds} folds find a difference of {detectable:0.000} 80 times in 100")),
            Distributions.StudentTwoSidedTail(mean / error, folds - 1));
    }

    /// <summary>Corrects all tests together and says what can be said.</summary>
    /// <param name="pairs">The comparisons, without adjusted p and verdict.</param>
    /// <param name="isLowerBetter">For each whether a lower figure is better.</param>
    /// <param name="level">1 - the significance level.</param>
    public static MedicalComparison Conclude(IReadOnlyList<MetricComparison> pairs, IReadOnlyList<bool> isLowerBetter, double level)
    {
        var tested = Enumerable.Range(0, pairs.Count).Where(i => pairs[i].PValue is not null).ToArray();
        var adjusted = HolmCorrection.Adjust([.. tested.Select(i => pairs[i].PValue!.Value)]);
        var result = pairs.ToArray();
        for (var t = 0; t < tested.Length; t++)
        {
            var pair = pairs[tested[t]];
            var isFirstHigher = pair.Difference.Value > 0;
            result[tested[t]] = pair with
            {
                AdjustedPValue = adjusted[t],
                Verdict = adjusted[t] >= 1 - level ? ComparisonVerdict.NotDistinguishable
                    : isFirstHigher != isLowerBetter[tested[t]] ? ComparisonVerdict.FirstBetter
                    : ComparisonVerdict.SecondBetter,
            };
        }

        return new MedicalComparison(result);
    }

    // Two models that never differ are certainly not distinguishable; a difference without any error cannot be judged.
    private static PairTest WithoutVariance(double difference, string reason) =>
        new(new(difference, Note: reason), Math.Abs(difference) < 1e-12 ? 1 : null);
}
