using System.Globalization;

namespace TruncatedTL.MLNet;

/// <summary>What computing in 8 bits changed in the probabilities of a model (<see cref="TransferLearningTransformer.Quantize"/>).</summary>
public sealed class QuantizationReport
{
    internal QuantizationReport()
    {
    }

    /// <summary>Images that gave the ranges of the activations.</summary>
    public required int CalibrationRows { get; init; }

    /// <summary>Images that were scored both ways.</summary>
    public required int CheckedRows { get; init; }

    /// <summary>Mean over the checked images and the classes of |probability in 8 bits - probability before|, 0 to 1.</summary>
    public required double MeanProbabilityChange { get; init; }

    /// <summary>The largest of these differences, 0 to 1.</summary>
    public required double LargestProbabilityChange { get; init; }

    /// <summary>Checked images whose most probable class is another one now.</summary>
    public required int ChangedDecisions { get; init; }

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"8 bits: probabilities of {CheckedRows} images change by {MeanProbabilityChange:0.0000} in the mean and {LargestProbabilityChange:0.000} at most, {ChangedDecisions} decisions are others; ranges from {CalibrationRows} images");
}
