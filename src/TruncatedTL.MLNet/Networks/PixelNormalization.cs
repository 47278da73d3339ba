namespace TruncatedTL.MLNet.Networks;

/// <summary>
/// How pixel values become the network's input: <c>(value / Scale - Mean[c]) / StandardDeviation[c]</c> per channel. It is part of the
/// exported graph, so training and serving cannot differ.
/// </summary>
public sealed class PixelNormalization
{
    /// <summary>Creates a normalisation.</summary>
    /// <param name="scale">What pixel values are divided by first, e.g. 255 for 8-bit images.</param>
    /// <param name="mean">Mean per channel after scaling; one value serves all channels.</param>
    /// <param name="standardDeviation">Standard deviation per channel after scaling; one value serves all channels.</param>
    /// <exception cref="ArgumentException">A value is not finite, a divisor is not positive, or the lengths differ.</exception>
    public PixelNormalization(double scale, IReadOnlyList<double> mean, IReadOnlyList<double> standardDeviation)
    {
        ArgumentNullException.ThrowIfNull(mean);
        ArgumentNullException.ThrowIfNull(standardDeviation);
        if (mean.Count == 0 || mean.Count != standardDeviation.Count)
        {
            throw new ArgumentException($"Mean has {mean.Count} values and standard deviation {standardDeviation.Count}; give one each per channel.", nameof(mean));
        }

        if (!(scale > 0) || !double.IsFinite(scale) || mean.Any(m => !double.IsFinite(m)) || standardDeviation.Any(s => !(s > 0) || !double.IsFinite(s)))
        {
            throw new ArgumentException("Scale and standard deviations must be positive and finite, means finite.", nameof(scale));
        }

        Scale = scale;
        Mean = [.. mean];
        StandardDeviation = [.. standardDeviation];
    }

    /// <summary>What torchvision's weights expect of 8-bit images: divide by 255, then ImageNet's mean and standard deviation for R, G, B.</summary>
    public static PixelNormalization ImageNet { get; } = new(255, [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]);

    /// <summary>What pixel values are divided by first.</summary>
    public double Scale { get; }

    /// <summary>Mean per channel after scaling.</summary>
    public IReadOnlyList<double> Mean { get; }

    /// <summary>Standard deviation per channel after scaling.</summary>
    public IReadOnlyList<double> StandardDeviation { get; }

    /// <summary>The same constants for values in another range: 1 for values in [0, 1].</summary>
    /// <param name="scale">What pixel values are divided by first.</param>
    public PixelNormalization WithScale(double scale) => new(scale, Mean, StandardDeviation);

    /// <inheritdoc/>
    public override string ToString() =>
        FormattableString.Invariant($"value / {Scale:0.####}, mean ({Join(Mean)}), standard deviation ({Join(StandardDeviation)})");

    /// <summary>
    /// The normalisation as value x factor + offset for a number of channels. Where the constants are for another number of
    /// channels (RGB constants, grey image), their averages are used: the stem's weights are adapted by sums or means, too.
    /// </summary>
    internal (float[] Factor, float[] Offset) ForChannels(int channels)
    {
        var mean = Spread(Mean, channels);
        var deviation = Spread(StandardDeviation, channels);
        var factor = deviation.Select(s => (float)(1 / (Scale * s))).ToArray();
        var offset = mean.Zip(deviation, (m, s) => (float)(-m / s)).ToArray();
        return (factor, offset);
    }

    private static double[] Spread(IReadOnlyList<double> values, int channels) =>
        values.Count == channels ? [.. values] : Enumerable.Repeat(values.Average(), channels).ToArray();

    private static string Join(IEnumerable<double> values) => string.Join(", ", values.Select(v => FormattableString.Invariant($"{v:0.####}")));
}
