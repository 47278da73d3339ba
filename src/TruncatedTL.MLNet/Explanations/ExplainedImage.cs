using TruncatedTL.MLNet.Networks;
using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Explanations;

/// <summary>One image: its own pixels, and the pixels that the network reads.</summary>
internal sealed class ExplainedImage
{
    private readonly float[] _pixels;
    private readonly IReadOnlyList<int> _spatial;
    private readonly float[] _networkPixels;
    private readonly IReadOnlyList<int> _networkSpatial;
    private readonly int _channels;
    private readonly bool _isByte;

    private ExplainedImage(float[] pixels, IReadOnlyList<int> spatial, float[] networkPixels, ClassifierDescription description)
    {
        _pixels = pixels;
        _spatial = spatial;
        _networkPixels = networkPixels;
        _networkSpatial = description.Specification.InputSpatial;
        _channels = description.Specification.InputChannels;
        _isByte = description.HasByteValues;
    }

    /// <summary>Checks an image and resizes it as the model does.</summary>
    /// <param name="pixels">Its values, which the object keeps.</param>
    /// <param name="imageSize">Its lengths; null for those of the model's column.</param>
    /// <param name="description">The model.</param>
    /// <exception cref="ArgumentException">The size is not one, the number of values is another, or a value is not finite.</exception>
    public static ExplainedImage Create(float[] pixels, IReadOnlyList<int>? imageSize, ClassifierDescription description)
    {
        var network = description.Specification.InputSpatial;
        int[] spatial = [.. imageSize ?? description.ImageSpatial];
        if (spatial.Length != network.Count || spatial.Any(length => length < 1))
        {
            throw new ArgumentException(
                $"The image's size ({string.Join(", ", spatial)}) must give {network.Count} positive lengths: {(network.Count == 2 ? "height and width" : "depth, height and width")}.",
                nameof(ExplanationOptions.ImageSize));
        }

        var channels = description.Specification.InputChannels;
        if (spatial.Aggregate((double)channels, (product, length) => product * length) != pixels.Length)
        {
            throw new ArgumentException(
                $"The image has {pixels.Length} values; {channels} x {string.Join(" x ", spatial)} are expected. Set {nameof(ExplanationOptions.ImageSize)} for images of another size.",
                "image");
        }

        if (Array.FindIndex(pixels, value => !float.IsFinite(value)) is var index and >= 0)
        {
            throw new ArgumentException($"Value {index} of the image is not a finite number.", "image");
        }

        return new ExplainedImage(pixels, spatial, Resize(pixels, channels, spatial, network, description.HasByteValues), description);
    }

    /// <summary>The network's input, [1, C, ...].</summary>
    public Tensor ToTensor(PixelNormalization normalization)
    {
        var (factor, offset) = normalization.ForChannels(_channels);
        var positions = _networkPixels.Length / _channels;
        var values = new float[_networkPixels.Length];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = (_networkPixels[i] * factor[i / positions]) + offset[i / positions];
        }

        return tensor(values, [1, _channels, .. _networkSpatial.Select(length => (long)length)]);
    }

    /// <summary>What a covered pixel is for the network, [C, 1, ...].</summary>
    /// <param name="normalization">How pixel values become the network's input.</param>
    /// <param name="fill">The pixel value; null for each channel's mean.</param>
    public Tensor FillTensor(PixelNormalization normalization, float? fill)
    {
        var (factor, offset) = normalization.ForChannels(_channels);
        var positions = _networkPixels.Length / _channels;
        var values = Enumerable.Range(0, _channels)
            .Select(c => ((fill ?? (float)_networkPixels.Skip(c * positions).Take(positions).Average(value => (double)value)) * factor[c]) + offset[c])
            .ToArray();
        return tensor(values, [_channels, .. _networkSpatial.Select(_ => 1L)]);
    }

    /// <summary>A map over the network's input in the size of the image.</summary>
    /// <param name="values">The map, of any resolution.</param>
    /// <param name="shape">Its lengths.</param>
    public float[] Enlarge(float[] values, IReadOnlyList<int> shape) => AxisResampling.Resize(values, shape, _spatial);

    /// <summary>The explanation with its picture.</summary>
    public Explanation Explain(ExplanationMethod method, string? unit, ClassDecision decision, CoarseMap coarse, float[] rawMap) =>
        new(method, unit, decision, coarse, rawMap, [.. _spatial], _pixels, _isByte);

    private static float[] Resize(float[] pixels, int channels, int[] source, IReadOnlyList<int> target, bool isByte)
    {
        if (source.SequenceEqual(target))
        {
            return pixels;
        }

        var resized = AxisResampling.Resize(pixels, [channels, .. source], target);

        // 8-bit images stay 8-bit images in the exported model.
        return isByte ? Array.ConvertAll(resized, value => Math.Clamp(MathF.Round(value), byte.MinValue, byte.MaxValue)) : resized;
    }
}
