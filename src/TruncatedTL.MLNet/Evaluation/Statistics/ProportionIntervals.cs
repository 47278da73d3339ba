namespace TruncatedTL.MLNet.Evaluation.Statistics;

/// <summary>Intervals of a proportion: k of n independent rows.</summary>
internal static class ProportionIntervals
{
    /// <summary>The interval of the given kind, for 0 to n successes in n trials, n at least 1.</summary>
    public static ConfidenceInterval Of(ProportionInterval kind, double successes, double trials, double level) =>
        kind == ProportionInterval.ClopperPearson ? ClopperPearson(successes, trials, level) : Wilson(successes, trials, level);

    /// <summary>Wilson's score interval (1927): the proportions that a score test would not reject.</summary>
    public static ConfidenceInterval Wilson(double successes, double trials, double level)
    {
        var z = Distributions.TwoSidedNormal(level);
        var share = successes / trials;
        var scale = 1 + z * z / trials;
        var centre = (share + z * z / (2 * trials)) / scale;
        var half = z * Math.Sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials)) / scale;

        // At 0 and at n the formula gives the bound exactly; rounding must not move it.
        return new ConfidenceInterval(
            successes == 0 ? 0 : Math.Max(0, centre - half),
            successes == trials ? 1 : Math.Min(1, centre + half),
            level,
            IntervalMethod.Wilson);
    }

    /// <summary>The exact interval of Clopper and Pearson (1934): never covers less than its level, usually more.</summary>
    public static ConfidenceInterval ClopperPearson(double successes, double trials, double level)
    {
        var tail = (1 - level) / 2;
        return new ConfidenceInterval(
            successes == 0 ? 0 : Distributions.BetaQuantile(tail, successes, trials - successes + 1),
            successes == trials ? 1 : Distributions.BetaQuantile(1 - tail, successes + 1, trials - successes),
            level,
            IntervalMethod.ClopperPearson);
    }
}
