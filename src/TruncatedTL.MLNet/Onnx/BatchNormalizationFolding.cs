using TruncatedTL.MLNet.Backbones;

namespace TruncatedTL.MLNet.Onnx;

/// <summary>
/// A convolution and the batch normalisation behind it are one linear function, so one convolution computes both:
/// w' = w g / s and b' = beta + (b - mean) g / s with g the normalisation's weight and s = sqrt(variance + epsilon).
/// </summary>
internal static class BatchNormalizationFolding
{
    /// <summary>Computes the folded constants in double precision, rounded once.</summary>
    /// <returns>Weight, shaped as the convolution's, and bias, [Out].</returns>
    /// <exception cref="OnnxExportException">A tensor is missing or unfit.</exception>
    public static (float[] Weight, float[] Bias) Fold(Convolution convolution, BatchNormalization normalization, ExportTensors tensors)
    {
        IReadOnlyList<long> perChannel = [convolution.OutputChannels];
        var weight = tensors.Values($"{convolution.Name}.weight", convolution.WeightShape);
        var bias = convolution.Bias ? tensors.Values($"{convolution.Name}.bias", perChannel) : new float[convolution.OutputChannels];
        var gain = tensors.Values($"{normalization.Name}.weight", perChannel);
        var shift = tensors.Values($"{normalization.Name}.bias", perChannel);
        var mean = tensors.Values($"{normalization.Name}.running_mean", perChannel);
        var variance = tensors.Values($"{normalization.Name}.running_var", perChannel);

        var foldedWeight = new float[weight.Length];
        var foldedBias = new float[bias.Length];
        var filterLength = weight.Length / convolution.OutputChannels;
        for (var channel = 0; channel < foldedBias.Length; channel++)
        {
            var factor = gain[channel] / Math.Sqrt(variance[channel] + normalization.Epsilon);
            foldedBias[channel] = (float)(shift[channel] + ((double)bias[channel] - mean[channel]) * factor);
            for (var i = channel * filterLength; i < (channel + 1) * filterLength; i++)
            {
                foldedWeight[i] = (float)(weight[i] * factor);
            }

            if (!double.IsFinite(factor) || !float.IsFinite(foldedBias[channel]))
            {
                throw new OnnxExportException(
                    $"Channel {channel} of '{normalization.Name}' cannot be folded into '{convolution.Name}': its running variance is {variance[channel]}, its weight {gain[channel]}.");
            }
        }

        return (foldedWeight, foldedBias);
    }
}
