namespace TruncatedTL.MLNet;

/// <summary>How a model is written in 8 bits (<see cref="TransferLearningTransformer.Quantize"/>).</summary>
public sealed class QuantizationOptions
{
    /// <summary>
    /// Bits of the weights: 7 (default) or 8. Processors without VNNI instructions (before about 2019) add two products in 16 bits, which weights of 8 bits can exceed, so that scores there may be wrong without
    /// notice; with 7 no sum can (255 x 64 x 2 is less than 2^15). Where all machines that score have VNNI, 8 comes closer to single precision.
    /// </summary>
    public int WeightBits { get; init; } = 7;

    /// <summary>Most that probabilities may change, as the mean over images and classes: 0 to 1. Default .02; beyond it, the model is refused.</summary>
    public double MaxProbabilityChange { get; init; } = 0.02;

    /// <summary>Images that are scored at once, at least 1. Default 16.</summary>
    public int BatchSize { get; init; } = 16;

    /// <summary>Checks the values.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One is out of its range.</exception>
    internal void Validate()
    {
        if (WeightBits is not (7 or 8))
        {
            throw new ArgumentOutOfRangeException(nameof(WeightBits), WeightBits, "Weights have 7 or 8 bits.");
        }

        if (MaxProbabilityChange is not (>= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(MaxProbabilityChange), MaxProbabilityChange, "The change of probabilities that is allowed must be from 0 to 1.");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(BatchSize, 1);
    }
}
