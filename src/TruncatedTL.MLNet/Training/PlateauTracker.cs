namespace TruncatedTL.MLNet.Training;

/// <summary>What a <see cref="PlateauTracker"/> remembers.</summary>
/// <param name="Best">The lowest loss; infinite before the first epoch.</param>
/// <param name="EpochsWithout">Epochs since then.</param>
/// <param name="Factor">The factor on the learning rate.</param>
internal readonly record struct PlateauMemory(double Best, int EpochsWithout, double Factor);

/// <summary>
/// Lowers the learning rate when the loss no longer falls, as PyTorch's ReduceLROnPlateau: a loss counts as lower if it is below
/// the best by more than 0.01%, and the rate falls after more than <paramref name="patience"/> epochs without.
/// </summary>
/// <param name="factor">What the rate is multiplied by.</param>
/// <param name="patience">Epochs without a lower loss that are tolerated.</param>
internal sealed class PlateauTracker(double factor, int patience)
{
    private const double RelativeThreshold = 1e-4;

    private double _best = double.PositiveInfinity;
    private int _epochsWithout;

    /// <summary>The present factor on the learning rate.</summary>
    public double Factor { get; private set; } = 1;

    /// <summary>All that the tracker remembers; setting it goes on from there.</summary>
    public PlateauMemory Memory
    {
        get => new(_best, _epochsWithout, Factor);
        set => (_best, _epochsWithout, Factor) = value;
    }

    /// <summary>Takes note of an epoch's loss.</summary>
    public void Observe(double loss)
    {
        if (loss < _best * (1 - RelativeThreshold))
        {
            _best = loss;
            _epochsWithout = 0;
            return;
        }

        if (++_epochsWithout > patience)
        {
            Factor *= factor;
            _epochsWithout = 0;
        }
    }
}
