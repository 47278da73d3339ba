namespace TruncatedTL.MLNet.Training;

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
