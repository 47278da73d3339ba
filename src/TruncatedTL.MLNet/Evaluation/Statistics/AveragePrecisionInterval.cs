namespace TruncatedTL.MLNet.Evaluation.Statistics;

/// <summary>
/// The interval of average precision for independent rows without weights: on the logit scale, where it stays between 0 and 1 (as Boyd, Eng and
/// Page 2013), with a variance of its own and a t quantile with Satterthwaite's degrees of freedom, one share of the variance for each class. The
/// binomial variance AP (1 - AP) / positives of that paper is far too large where positives are common or well separated.
/// </summary>
/// <remarks>
/// Two variances are found from the ranking, and the larger is taken, because either is too small somewhere with few rows: that of the linear part
/// (each row's influence on the precision at every positive that is ranked no higher) and the jackknife's (each row left out in turn). The centre is
/// lower than the estimate by half of the jackknife's bias: a positive counts in its own precision, which raises the average of few positives, and
/// the whole bias, itself found from few, overcorrects. All of it costs one sort and one pass over the ties.
/// </remarks>
internal static class AveragePrecisionInterval
{
    private const double SmallestVariance = 1e-15;

    /// <summary>The interval, or why there is none.</summary>
    /// <param name="scores">One score per row.</param>
    /// <param name="isPositive">One label per row.</param>
    /// <param name="level">Share of such intervals that hold the true value, such as 0.95.</param>
    public static (ConfidenceInterval? Interval, string? WhyNot) Of(ReadOnlySpan<double> scores, ReadOnlySpan<bool> isPositive, double level)
    {
        var ties = Ties(scores, isPositive);
        var (positives, negatives) = ties.Count == 0 ? (0, 0) : (ties[^1].TruePositives, ties[^1].FalsePositives);
        if (positives < 2 || negatives < 2)
        {
            return (null, $"no interval: there {(positives == 1 ? "is a single positive" : "is a single negative")}");
        }

        var (ofPositives, ofNegatives) = (new Shares(), new Shares());
        var estimate = AddShares(ties, ofPositives, ofNegatives);
        var linear = Variance.Of(ofPositives.Linear, ofNegatives.Linear, count => 1.0 / (count - 1) / count);
        var jackknife = Variance.Of(ofPositives.LeftOut, ofNegatives.LeftOut, count => (count - 1) / count);
        var variance = jackknife.Sum > linear.Sum ? jackknife : linear;
        if (variance.Sum < SmallestVariance)
        {
            return (null, estimate >= 1 ? "no interval: every positive is ranked above every negative" : "no interval: all rows have the same score");
        }

        var bias = (positives - 1) * (ofPositives.LeftOut.Mean - estimate) + (negatives - 1) * (ofNegatives.LeftOut.Mean - estimate);
        var centre = Math.Clamp(estimate - bias / 2, estimate / 2, (1 + estimate) / 2);
        var half = Distributions.TwoSidedStudent(level, variance.DegreesOfFreedom(positives, negatives)) * Math.Sqrt(variance.Sum) / (centre * (1 - centre));
        var logit = Math.Log(centre / (1 - centre));
        return (new(Math.Min(estimate, Logistic(logit - half)), Math.Max(estimate, Logistic(logit + half)), level, IntervalMethod.Logit), null);
    }

    // From the highest score down; tied rows share one threshold.
    private static List<Tie> Ties(ReadOnlySpan<double> scores, ReadOnlySpan<bool> isPositive)
    {
        var (sorted, labels) = (scores.ToArray(), isPositive.ToArray());
        Array.Sort(sorted, labels);
        var ties = new List<Tie>();
        var (truePositives, falsePositives) = (0, 0);
        for (var end = sorted.Length; end > 0;)
        {
            var (first, positives) = (end, 0);
            while (first > 0 && sorted[first - 1] == sorted[end - 1])
            {
                first--;
                positives += labels[first] ? 1 : 0;
            }

            truePositives += positives;
            falsePositives += end - first - positives;
            ties.Add(new Tie(positives, end - first - positives, truePositives, falsePositives));
            end = first;
        }

        return ties;
    }

    // From the lowest tie up, because a row changes the precision at its own threshold and at all below it.
    private static double AddShares(List<Tie> ties, Shares ofPositives, Shares ofNegatives)
    {
        double positives = ties[^1].TruePositives;
        double negatives = ties[^1].FalsePositives;
        var above = ties.Sum(tie => tie.Positives * tie.Precision);
        var estimate = above / positives;

        // Sums over the positives of the ties below: derivatives of their precision, and their precision without one positive or one negative.
        var (byPositives, byNegatives, withoutPositive, withoutNegative) = (0.0, 0.0, 0.0, 0.0);
        for (var i = ties.Count - 1; i >= 0; i--)
        {
            var tie = ties[i];
            double called = tie.TruePositives + tie.FalsePositives;
            above -= tie.Positives * tie.Precision;
            byPositives += tie.Positives * tie.FalsePositives / (called * called);
            byNegatives += tie.Positives * tie.TruePositives / (called * called);
            if (tie.Positives > 0)
            {
                var others = tie.Positives > 1 ? (tie.Positives - 1) * (tie.TruePositives - 1) / (called - 1) : 0;
                ofPositives.Linear.Add(tie.Positives, tie.Precision + byPositives);
                ofPositives.LeftOut.Add(tie.Positives, (above + others + withoutPositive) / (positives - 1));
            }

            if (tie.Negatives > 0)
            {
                var own = tie.Positives * tie.TruePositives / (called - 1);
                ofNegatives.Linear.Add(tie.Negatives, -byNegatives * negatives / positives);
                ofNegatives.LeftOut.Add(tie.Negatives, (above + (tie.Positives > 0 ? own : 0) + withoutNegative) / positives);
            }

            // A single row called is in the highest tie, above which nothing uses the sums.
            if (tie.Positives > 0 && called > 1)
            {
                withoutPositive += tie.Positives * (tie.TruePositives - 1) / (called - 1);
                withoutNegative += tie.Positives * tie.TruePositives / (called - 1);
            }
        }

        return estimate;
    }

    private static double Logistic(double x) => 1 / (1 + Math.Exp(-x));

    private readonly record struct Tie(int Positives, int Negatives, int TruePositives, int FalsePositives)
    {
        public double Precision => TruePositives / ((double)TruePositives + FalsePositives);
    }

    private sealed class Shares
    {
        public Moments Linear { get; } = new();

        public Moments LeftOut { get; } = new();
    }

    // Mean and sum of squares in one pass, without the difference of two large sums (Welford 1962).
    private sealed class Moments
    {
        public double Count { get; private set; }

        public double Mean { get; private set; }

        public double SquaredDeviations { get; private set; }

        public void Add(double count, double value)
        {
            var distance = value - Mean;
            Count += count;
            Mean += distance * count / Count;
            SquaredDeviations += count * distance * (value - Mean);
        }
    }

    private readonly record struct Variance(double OfPositives, double OfNegatives)
    {
        public double Sum => OfPositives + OfNegatives;

        public static Variance Of(Moments positives, Moments negatives, Func<double, double> factor) =>
            new(positives.SquaredDeviations * factor(positives.Count), negatives.SquaredDeviations * factor(negatives.Count));

        public double DegreesOfFreedom(int positives, int negatives) =>
            Sum * Sum / (OfPositives * OfPositives / (positives - 1) + OfNegatives * OfNegatives / (negatives - 1));
    }
}
