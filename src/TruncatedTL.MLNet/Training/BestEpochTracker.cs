namespace TruncatedTL.MLNet.Training;

/// <summary>What a <see cref="BestEpochTracker"/> remembers.</summary>
/// <param name="Best">The best value; null before the first epoch.</param>
/// <param name="Reference">The value that a sufficient improvement is measured from.</param>
/// <param name="EpochsWithout">Epochs since the last sufficient improvement.</param>
internal readonly record struct BestEpochMemory(double? Best, double? Reference, int EpochsWithout);

/// <summary>Finds the best epoch and tells when waiting for a better one has lasted long enough.</summary>
/// <param name="metric">The metric by which epochs are compared.</param>
/// <param name="patience">Epochs without a sufficient improvement after which to stop; 0 never stops.</param>
/// <param name="minimumImprovement">What a sufficient improvement is.</param>
internal sealed class BestEpochTracker(ValidationMetric metric, int patience, double minimumImprovement)
{
    private double? _best;
    private double? _reference;

    /// <summary>Epochs since the last sufficient improvement.</summary>
    public int EpochsWithout { get; private set; }

    /// <summary>Whether an epoch was seen.</summary>
    public bool HasBest => _best is not null;

    /// <summary>All that the tracker remembers; setting it goes on from there.</summary>
    public BestEpochMemory Memory
    {
        get => new(_best, _reference, EpochsWithout);
        set => (_best, _reference, EpochsWithout) = value;
    }

    /// <summary>Whether waiting has lasted long enough.</summary>
    public bool ShouldStop => patience > 0 && EpochsWithout >= patience;

    /// <summary>Takes note of an epoch; true if it is the best so far.</summary>
    /// <param name="value">The metric's value in the epoch.</param>
    /// <param name="countsWaiting">False while the head is probed: fine-tuning gets its full patience afterwards.</param>
    public bool Observe(double value, bool countsWaiting)
    {
        if (_reference is not { } reference || MetricComparison.Improvement(metric, value, reference) > minimumImprovement)
        {
            _reference = value;
            EpochsWithout = 0;
        }
        else
        {
            EpochsWithout = countsWaiting ? EpochsWithout + 1 : 0;
        }

        if (_best is { } best && !(MetricComparison.Improvement(metric, value, best) > 0))
        {
            return false;
        }

        _best = value;
        return true;
    }
}
