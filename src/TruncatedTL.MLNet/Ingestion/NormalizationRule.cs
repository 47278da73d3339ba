using TruncatedTL.MLNet.Networks;
using TruncatedTL.MLNet.Training;

namespace TruncatedTL.MLNet.Ingestion;

/// <summary>The normalisation for images when the user gave none.</summary>
internal static class NormalizationRule
{
    /// <summary>
    /// Values that look like ordinary 8-bit or [0, 1] pixels are normalised as the weights expect. Any other range has no
    /// such constants, so the training images' own mean and standard deviation are used: their distribution then is the one
    /// the weights were trained on.
    /// </summary>
    /// <param name="images">The training images.</param>
    /// <param name="isByte">Whether the images are 8-bit by their type.</param>
    /// <param name="constants">What the weights expect of 8-bit images.</param>
    /// <exception cref="TrainingDataException">A channel has the same value everywhere.</exception>
    public static PixelNormalization For(ImageStore images, bool isByte, PixelNormalization constants)
    {
        if (isByte)
        {
            return constants;
        }

        var buffer = new float[images.ImageLength];
        var (minimum, maximum) = (float.PositiveInfinity, float.NegativeInfinity);
        var channels = images.Channels;
        var positions = buffer.Length / channels;
        var sums = new double[channels];
        var squares = new double[channels];
        for (var index = 0; index < images.Count; index++)
        {
            images.CopyTo(index, buffer);
            for (var i = 0; i < buffer.Length; i++)
            {
                var value = buffer[i];
                minimum = Math.Min(minimum, value);
                maximum = Math.Max(maximum, value);
                sums[i / positions] += value;
                squares[i / positions] += (double)value * value;
            }
        }

        if (minimum >= 0 && maximum <= 1)
        {
            return constants.WithScale(constants.Scale / 255);
        }

        if (minimum >= 0 && maximum <= 255)
        {
            return constants;
        }

        var total = (double)images.Count * positions;
        var means = sums.Select(sum => sum / total).ToArray();
        var deviations = squares.Select((square, c) => Math.Sqrt(Math.Max(0, square / total - means[c] * means[c]))).ToArray();
        if (deviations.Any(d => d <= 0))
        {
            throw new TrainingDataException("All pixels of a channel have the same value in all training images; there is nothing to learn from.");
        }

        return new PixelNormalization(1, means, deviations);
    }
}
