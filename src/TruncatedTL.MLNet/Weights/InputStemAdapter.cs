namespace TruncatedTL.MLNet.Weights;

/// <summary>Fits the first convolution's weight to another number of input channels.</summary>
internal static class InputStemAdapter
{
    /// <summary>Whether two shapes [out, in, ...] differ in the input channels only.</summary>
    public static bool CanAdapt(IReadOnlyList<long> found, IReadOnlyList<long> expected) =>
        found.Count == expected.Count
        && found.Count >= 3
        && found[1] > 0
        && expected[1] > 0
        && found[1] != expected[1]
        && found.Where((_, i) => i != 1).SequenceEqual(expected.Where((_, i) => i != 1));

    /// <summary>The weight [out, n, ...] made from one with c input channels, as <see cref="InputChannelAdaptation"/> defines.</summary>
    public static TensorData Adapt(TensorData weight, long targetChannels, InputChannelAdaptation adaptation)
    {
        var source = weight.ToSingle(); // [out, c, ...]
        var outputs = (int)weight.Shape[0];
        var sourceChannels = (int)weight.Shape[1];
        var targets = (int)targetChannels;
        var area = outputs == 0 ? 0 : source.Length / outputs / sourceChannels;
        var target = new float[checked(outputs * targets * area)]; // [out, n, ...]
        for (var output = 0; output < outputs; output++)
        {
            for (var position = 0; position < area; position++)
            {
                var from = (output * sourceChannels * area) + position;
                var to = (output * targets * area) + position;
                Fill(source.AsSpan(from), target.AsSpan(to), sourceChannels, targets, area, adaptation);
            }
        }

        return TensorData.FromSingle([.. weight.Shape.Select((dimension, i) => i == 1 ? targetChannels : dimension)], target);
    }

    /// <summary>The weight [out, c, ...] for images whose channels come in the opposite order.</summary>
    public static TensorData ReverseChannels(TensorData weight)
    {
        var source = weight.ToSingle(); // [out, c, ...]
        var channels = (int)weight.Shape[1];
        var area = weight.Shape.Skip(2).Aggregate(1, (product, length) => checked(product * (int)length));
        var target = new float[source.Length];
        for (var plane = 0; plane * area < source.Length; plane++)
        {
            var mirrored = plane - (plane % channels) + channels - 1 - (plane % channels);
            source.AsSpan(plane * area, area).CopyTo(target.AsSpan(mirrored * area));
        }

        return TensorData.FromSingle([.. weight.Shape], target);
    }

    // Channels of one kernel position lie area elements apart.
    private static void Fill(
        ReadOnlySpan<float> source, Span<float> target, int sourceChannels, int targets, int area, InputChannelAdaptation adaptation)
    {
        var sum = 0.0;
        for (var channel = 0; channel < sourceChannels; channel++)
        {
            sum += source[channel * area];
        }

        for (var channel = 0; channel < targets; channel++)
        {
            target[channel * area] = (float)(adaptation switch
            {
                InputChannelAdaptation.Sum => sum / targets,
                InputChannelAdaptation.Mean => sum / sourceChannels,
                InputChannelAdaptation.Repeat => (double)source[channel % sourceChannels * area] * sourceChannels / targets,
                _ => throw new ArgumentOutOfRangeException(nameof(adaptation), adaptation, "Unknown input channel adaptation."),
            });
        }
    }
}
