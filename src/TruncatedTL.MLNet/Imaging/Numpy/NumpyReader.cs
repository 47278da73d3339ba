using TruncatedTL.MLNet.Data;
using TruncatedTL.MLNet.Data.Numpy;

namespace TruncatedTL.MLNet.Imaging.Numpy;

/// <summary>
/// Reads one image or volume from an <c>.npy</c> file: [H, W], [D, H, W], and colour where a dimension of 3 stands last: [H, W, 3] and
/// [D, H, W, 3]. The rule is that of MedMNIST, so that [3, H, W] is a volume of three slices. Archives (<c>.npz</c>) are data sets, not images;
/// see <see cref="MedMnistFile"/>.
/// </summary>
internal sealed class NumpyReader : ImageReader
{
    private const int ColourChannels = 3;

    /// <inheritdoc/>
    public override string Name => "NumPy";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Suffixes { get; } = Array.AsReadOnly([".npy"]);

    /// <inheritdoc/>
    public override bool Recognises(ReadOnlySpan<byte> head)
    {
        return head.StartsWith((ReadOnlySpan<byte>)[0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y']);
    }

    /// <inheritdoc/>
    public override DecodedImage Read(ReadOnlyMemory<byte> content, string name, ImageReadOptions options)
    {
        using var stream = ImageLimits.Open(content);

        // The array's own bytes lie in the file already; the limit of values follows below.
        var array = NpyArray.Read(stream, name, Array.MaxLength);
        if (array.ElementType == NpyElementType.Text)
        {
            throw new ImageFormatException(name, "the array holds text, not numbers");
        }

        var isColour = array.Shape.Count is 3 or 4 && array.Shape[^1] == ColourChannels;
        int[] spatial = [.. isColour ? array.Shape.SkipLast(1) : array.Shape];
        if (spatial.Length is not (2 or 3))
        {
            throw new ImageFormatException(name, $"an array of the shape ({string.Join(", ", array.Shape)}) is no image; [H, W], [H, W, 3], [D, H, W] or [D, H, W, 3] is expected");
        }

        var channels = isColour ? ColourChannels : 1;
        var shape = ImageLimits.CheckShape(name, channels, Array.ConvertAll(spatial, length => (long)length), options);
        var values = array.ToSingles();
        return new DecodedImage(isColour ? Separate(values) : values, channels, shape)
        {
            HasByteValues = array.ElementType is NpyElementType.UInt8 or NpyElementType.Boolean,
        };
    }

    // [..., C] -> [C, ...]
    private static float[] Separate(float[] interleaved)
    {
        var planeLength = interleaved.Length / ColourChannels;
        var planes = new float[interleaved.Length];
        for (var i = 0; i < interleaved.Length; i++)
        {
            planes[((i % ColourChannels) * planeLength) + (i / ColourChannels)] = interleaved[i];
        }

        return planes;
    }
}
