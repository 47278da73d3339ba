namespace TruncatedTL.MLNet.Evaluation.Statistics;

/// <summary>
/// The structural components of an area under the ROC curve (DeLong, DeLong and Clarke-Pearson 1988), in n log n by one sort (after
/// Sun and Xu 2014): for each positive the share of negatives that it is ranked above, for each negative the share of positives
/// that are ranked above it, ties counting one half.
/// </summary>
internal sealed class DeLongPlacements
{
    private const double SmallestVariance = 1e-15;

    private DeLongPlacements(double[] positives, double[] negatives)
    {
        Positives = positives;
        Negatives = negatives;
        Area = positives.Average();
    }

    /// <summary>The area under the curve.</summary>
    public double Area { get; }

    /// <summary>One component per positive, in the order of the rows.</summary>
    public double[] Positives { get; }

    /// <summary>One component per negative, in the order of the rows.</summary>
    public double[] Negatives { get; }

    /// <summary>The components, or null where there is no positive or no negative.</summary>
    public static DeLongPlacements? Of(ReadOnlySpan<double> scores, ReadOnlySpan<bool> isPositive)
    {
        var order = Enumerable.Range(0, scores.Length).ToArray();
        var sorted = scores.ToArray();
        Array.Sort(sorted, order);
        var positives = 0;
        foreach (var label in isPositive)
        {
            positives += label ? 1 : 0;
        }

        var negatives = scores.Length - positives;
        if (positives == 0 || negatives == 0)
        {
            return null;
        }

        var components = new double[scores.Length];
        var (positivesBelow, negativesBelow) = (0, 0);
        for (var first = 0; first < sorted.Length;)
        {
            var end = first;
            var positivesInTie = 0;
            for (; end < sorted.Length && sorted[end] == sorted[first]; end++)
            {
                positivesInTie += isPositive[order[end]] ? 1 : 0;
            }

            var negativesInTie = end - first - positivesInTie;
            for (var i = first; i < end; i++)
            {
                components[order[i]] = isPositive[order[i]]
                    ? (negativesBelow + negativesInTie / 2.0) / negatives
                    : (positives - positivesBelow - positivesInTie / 2.0) / positives;
            }

            positivesBelow += positivesInTie;
            negativesBelow += negativesInTie;
            first = end;
        }

        var ofPositives = new double[positives];
        var ofNegatives = new double[negatives];
        var (p, n) = (0, 0);
        for (var i = 0; i < components.Length; i++)
        {
            if (isPositive[i])
            {
                ofPositives[p++] = components[i];
            }
            else
            {
                ofNegatives[n++] = components[i];
            }
        }

        return new DeLongPlacements(ofPositives, ofNegatives);
    }

    /// <summary>DeLong's covariance of two areas on the same rows; null where a class has a single row, which has no variance.</summary>
    public static double? Covariance(DeLongPlacements first, DeLongPlacements second) =>
        first.Positives.Length < 2 || first.Negatives.Length < 2
            ? null
            : Covariance(first.Positives, second.Positives) / first.Positives.Length
                + Covariance(first.Negatives, second.Negatives) / first.Negatives.Length;

    /// <summary>
    /// The interval of the area: DeLong's variance on the logit scale, where the interval stays between 0 and 1, and a t quantile with
    /// Satterthwaite's degrees of freedom (Brunner and Munzel 2000), because the variance of few rows is known badly. Where that
    /// variance is 0 (a perfect, an inverted or a constant ranking) or unknown, Newcombe's score interval (Statistics in Medicine
    /// 2006, 25:559, method 5), which does not shrink to a point.
    /// </summary>
    public ConfidenceInterval Interval(double level)
    {
        if (Positives.Length < 2 || Negatives.Length < 2 || Area <= 0 || Area >= 1
            || VarianceShares() is var (ofPositives, ofNegatives) && ofPositives + ofNegatives < SmallestVariance)
        {
            var z = Distributions.TwoSidedNormal(level);
            return new ConfidenceInterval(
                NewcombeLower(Area, Positives.Length, Negatives.Length, z),
                1 - NewcombeLower(1 - Area, Positives.Length, Negatives.Length, z),
                level,
                IntervalMethod.Newcombe);
        }

        var variance = ofPositives + ofNegatives;
        var degreesOfFreedom = variance * variance
            / (ofPositives * ofPositives / (Positives.Length - 1) + ofNegatives * ofNegatives / (Negatives.Length - 1));
        var centre = Math.Log(Area / (1 - Area));
        var half = Distributions.TwoSidedStudent(level, degreesOfFreedom) * Math.Sqrt(variance) / (Area * (1 - Area));
        return new ConfidenceInterval(Logistic(centre - half), Logistic(centre + half), level, IntervalMethod.DeLong);
    }

    private (double OfPositives, double OfNegatives) VarianceShares() =>
        (Covariance(Positives, Positives) / Positives.Length, Covariance(Negatives, Negatives) / Negatives.Length);

    // The smallest area from which the observed one is z standard errors away, the error being that of Hanley and McNeil for
    // that smallest area.
    private static double NewcombeLower(double area, int positives, int negatives, double z)
    {
        var balanced = (positives + negatives) / 2.0 - 1;
        var (lower, upper) = (0.0, area);
        for (var i = 0; i < 100; i++)
        {
            var candidate = (lower + upper) / 2;
            var variance = candidate * (1 - candidate) / ((double)positives * negatives)
                * (1 + balanced * ((1 - candidate) / (2 - candidate) + candidate / (1 + candidate)));
            (lower, upper) = area - candidate > z * Math.Sqrt(variance) ? (candidate, upper) : (lower, candidate);
        }

        return lower;
    }

    private static double Logistic(double x) => 1 / (1 + Math.Exp(-x));

    private static double Covariance(double[] first, double[] second)
    {
        var (meanOfFirst, meanOfSecond) = (first.Average(), second.Average());
        var sum = 0.0;
        for (var i = 0; i < first.Length; i++)
        {
            sum += (first[i] - meanOfFirst) * (second[i] - meanOfSecond);
        }

        return sum / (first.Length - 1);
    }
}
