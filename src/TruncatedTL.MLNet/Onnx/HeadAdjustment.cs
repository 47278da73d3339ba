namespace TruncatedTL.MLNet.Onnx;

/// <summary>
/// A linear change of the logits z that is written into the last layer's constants, so that the model puts out (z - offset) / scale.
/// It undoes the linear function of a classifier that follows the model and that then sees z again.
/// </summary>
/// <param name="Scale">Divisor, the same for all outputs; finite and not 0.</param>
/// <param name="Offsets">What is subtracted first; one finite value per output.</param>
internal sealed record HeadAdjustment(double Scale, IReadOnlyList<double> Offsets)
{
    /// <summary>A change that comes first, so that the model puts out (slope z + its offset - offset) / scale; null for none.</summary>
    public HeadCalibration? Calibration { get; init; }

    /// <summary>Applies the adjustment to a linear layer.</summary>
    /// <param name="weight">Weight, [Outputs, Features] in row-major order.</param>
    /// <param name="bias">Bias, [Outputs].</param>
    /// <returns>The adjusted weight and bias, rounded once from double precision.</returns>
    /// <exception cref="ArgumentException">The adjustment is not finite or is for another number of outputs.</exception>
    /// <exception cref="OnnxExportException">An adjusted value is not finite in single precision.</exception>
    public (float[] Weight, float[] Bias) Apply(ReadOnlySpan<float> weight, ReadOnlySpan<float> bias)
    {
        if (!double.IsFinite(Scale) || Scale == 0 || Offsets.Any(offset => !double.IsFinite(offset)))
        {
            throw new ArgumentException($"The scale of a head adjustment must be finite and not 0, its offsets finite; the scale is {Scale}.");
        }

        if (Offsets.Count != bias.Length)
        {
            throw new ArgumentException($"The head adjustment has {Offsets.Count} offsets but the network has {bias.Length} outputs.");
        }

        if (Calibration is { } calibration)
        {
            RequireFit(calibration, bias.Length);
        }

        var adjustedWeight = new float[weight.Length];
        var features = bias.Length == 0 ? 1 : weight.Length / bias.Length;
        for (var i = 0; i < adjustedWeight.Length; i++)
        {
            adjustedWeight[i] = (float)(Slope(i / features) * weight[i] / Scale);
        }

        var adjustedBias = new float[bias.Length];
        for (var k = 0; k < adjustedBias.Length; k++)
        {
            adjustedBias[k] = (float)((Slope(k) * bias[k] + (Calibration?.Offsets[k] ?? 0) - Offsets[k]) / Scale);
        }

        if (!adjustedWeight.All(float.IsFinite) || !adjustedBias.All(float.IsFinite))
        {
            throw new OnnxExportException($"The head adjustment (scale {Scale}) takes the last layer's constants beyond single precision.");
        }

        return (adjustedWeight, adjustedBias);
    }

    private double Slope(int output) => Calibration?.Slopes[output] ?? 1;

    private static void RequireFit(HeadCalibration calibration, int outputs)
    {
        if (calibration.Slopes.Count != outputs || calibration.Offsets.Count != outputs)
        {
            throw new ArgumentException($"The calibration has {calibration.Slopes.Count} slopes and {calibration.Offsets.Count} offsets but the network has {outputs} outputs.");
        }

        if (calibration.Slopes.Any(slope => !double.IsFinite(slope) || slope == 0) || calibration.Offsets.Any(offset => !double.IsFinite(offset)))
        {
            throw new ArgumentException("The slopes of a calibration must be finite and not 0, its offsets finite.");
        }
    }
}
