namespace TruncatedTL.MLNet.Evaluation.Statistics;

/// <summary>The bootstrap distribution of one figure.</summary>
internal sealed class BootstrapDistribution
{
    /// <summary>Why there is no interval where nobody wanted a bootstrap.</summary>
    public const string NotAskedFor = "no interval: no resamples were asked for";

    // With more undefined resamples than that, an interval of the others would describe another question.
    private const double MostUndefinedShare = 0.05;

    // Where replicates differ by rounding only, they do not differ.
    private const double SmallestSpread = 1e-12;

    private readonly double _estimate;
    private readonly double _acceleration;
    private readonly double[] _sorted;
    private readonly MedicalEvaluationOptions _options;

    /// <param name="estimate">The figure of the sample itself.</param>
    /// <param name="replicates">The figure of each resample, NaN where it is undefined.</param>
    /// <param name="acceleration">See <see cref="Bootstrap.Accelerations"/>.</param>
    /// <param name="options">Level and kind of the interval.</param>
    public BootstrapDistribution(double estimate, double[] replicates, double acceleration, MedicalEvaluationOptions options)
    {
        _estimate = estimate;
        _acceleration = acceleration;
        _options = options;
        _sorted = Array.FindAll(replicates, value => !double.IsNaN(value));
        Array.Sort(_sorted);
        var undefined = replicates.Length - _sorted.Length;
        WhyNoInterval = undefined > MostUndefinedShare * replicates.Length ? $"no interval: undefined in {undefined} of {replicates.Length} resamples"
            : _sorted.Length == 0 ? NotAskedFor
            : Spread < SmallestSpread ? "no interval: every resample gives the same value"
            : null;
    }

    /// <summary>Why there is no interval; null where there is one.</summary>
    public string? WhyNoInterval { get; }

    /// <summary>Difference of the highest and the lowest replicate.</summary>
    public double Spread => _sorted.Length == 0 ? 0 : _sorted[^1] - _sorted[0];

    /// <summary>The interval; null where <see cref="WhyNoInterval"/> says so.</summary>
    public ConfidenceInterval? Interval()
    {
        if (WhyNoInterval is not null)
        {
            return null;
        }

        var tail = (1 - _options.ConfidenceLevel) / 2;
        return UsesBca
            ? new(Quantile(BcaProbability(tail)), Quantile(BcaProbability(1 - tail)), _options.ConfidenceLevel, IntervalMethod.BootstrapBca)
            : new(Quantile(tail), Quantile(1 - tail), _options.ConfidenceLevel, IntervalMethod.BootstrapPercentile);
    }

    /// <summary>
    /// Two-sided p of a value: the level at which the interval would just hold it, never below 1 / resamples. Null where there is no
    /// interval.
    /// </summary>
    public double? TwoSidedP(double value)
    {
        if (WhyNoInterval is not null)
        {
            return null;
        }

        var below = ShareBelow(value);
        if (UsesBca)
        {
            // BcaProbability, solved for the tail.
            var distance = Distributions.NormalQuantile(below) - Bias;
            var denominator = 1 + _acceleration * distance;
            below = denominator > 0 ? Distributions.NormalCdf(distance / denominator - Bias) : below;
        }

        return Math.Min(1, Math.Max(2 * Math.Min(below, 1 - below), 1.0 / _sorted.Length));
    }

    // Nothing can be corrected where all replicates lie on one side of the estimate, or where the acceleration runs away.
    private bool UsesBca =>
        _options.BootstrapInterval == BootstrapInterval.Bca
        && CountBelow(_estimate) is var (below, equal) && below + equal > 0 && below < _sorted.Length
        && IsTame((1 - _options.ConfidenceLevel) / 2) && IsTame((1 + _options.ConfidenceLevel) / 2);

    private double Bias => Distributions.NormalQuantile(ShareBelow(_estimate));

    private bool IsTame(double probability) => 1 - _acceleration * (Bias + Distributions.NormalQuantile(probability)) > 0;

    private double BcaProbability(double probability)
    {
        var shifted = Bias + Distributions.NormalQuantile(probability);
        return Distributions.NormalCdf(Bias + shifted / (1 - _acceleration * shifted));
    }

    // Ties count one half; never quite 0 or 1, which a finite number of resamples cannot show.
    private double ShareBelow(double value)
    {
        var (below, equal) = CountBelow(value);
        var smallest = 0.5 / _sorted.Length;
        return Math.Clamp((below + equal / 2.0) / _sorted.Length, smallest, 1 - smallest);
    }

    private (int Below, int Equal) CountBelow(double value)
    {
        var below = LowerBound(value - SmallestSpread);
        return (below, LowerBound(value + SmallestSpread) - below);
    }

    private int LowerBound(double value)
    {
        var (lower, upper) = (0, _sorted.Length);
        while (lower < upper)
        {
            var middle = (lower + upper) / 2;
            (lower, upper) = _sorted[middle] < value ? (middle + 1, upper) : (lower, middle);
        }

        return lower;
    }

    // Linear between order statistics, as numpy.percentile.
    private double Quantile(double probability)
    {
        var position = probability * (_sorted.Length - 1);
        var index = Math.Min((int)position, _sorted.Length - 2);
        return _sorted.Length == 1 ? _sorted[0] : _sorted[index] + (position - index) * (_sorted[index + 1] - _sorted[index]);
    }
}
