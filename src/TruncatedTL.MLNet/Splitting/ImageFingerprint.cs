using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace TruncatedTL.MLNet.Splitting;

/// <summary>What is remembered of an image to find it again: a hash of its content, and one of its looks. Takes about a kilobyte a view.</summary>
public sealed class ImageFingerprint
{
    private ImageFingerprint(UInt128 content, PlaneFingerprint[] views)
    {
        Content = content;
        Views = views;
    }

    /// <summary>128 bits of the SHA-256 of shape and values.</summary>
    internal UInt128 Content { get; }

    /// <summary>One for an image; for a volume the mean projections along depth, height and width.</summary>
    internal IReadOnlyList<PlaneFingerprint> Views { get; }

    /// <summary>Takes the fingerprint of 8-bit values.</summary>
    /// <param name="values">The values, [C, (D,) H, W].</param>
    /// <param name="shape">Channels and lengths: 3 numbers for an image, 4 for a volume.</param>
    /// <exception cref="ArgumentException">The shape is not one of an image or does not fit the number of values.</exception>
    public static ImageFingerprint Create(ReadOnlySpan<byte> values, IReadOnlyList<int> shape)
    {
        CheckShape(values.Length, shape);
        var singles = new float[values.Length];
        for (var i = 0; i < singles.Length; i++)
        {
            singles[i] = values[i];
        }

        return new ImageFingerprint(HashContent(values, shape), Views2D(singles, shape));
    }

    /// <summary>Takes the fingerprint of values of any range, such as Hounsfield units.</summary>
    /// <param name="values">The values, [C, (D,) H, W]; values that are not finite look like 0.</param>
    /// <param name="shape">Channels and lengths: 3 numbers for an image, 4 for a volume.</param>
    /// <exception cref="ArgumentException">The shape is not one of an image or does not fit the number of values.</exception>
    public static ImageFingerprint Create(ReadOnlySpan<float> values, IReadOnlyList<int> shape)
    {
        CheckShape(values.Length, shape);
        var singles = values.ToArray();
        for (var i = 0; i < singles.Length; i++)
        {
            singles[i] = float.IsFinite(singles[i]) ? singles[i] : 0;
        }

        return new ImageFingerprint(HashContent(MemoryMarshal.AsBytes(values), shape), Views2D(singles, shape));
    }

    private static void CheckShape(int count, IReadOnlyList<int> shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        if (shape.Count is not (3 or 4) || shape.Any(length => length < 1))
        {
            throw new ArgumentException($"An image has the positive lengths [C, H, W] or [C, D, H, W], not [{string.Join(", ", shape)}].", nameof(shape));
        }

        if (shape.Aggregate((Int128)1, (product, length) => product * length) != count)
        {
            throw new ArgumentException($"{count} values do not make up {string.Join(" x ", shape)}.", nameof(shape));
        }
    }

    private static UInt128 HashContent(ReadOnlySpan<byte> bytes, IReadOnlyList<int> shape)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        foreach (var length in shape)
        {
            BinaryPrimitives.WriteInt32LittleEndian(digest, length);
            hash.AppendData(digest[..sizeof(int)]);
        }

        hash.AppendData(bytes);
        hash.GetHashAndReset(digest);
        return BinaryPrimitives.ReadUInt128LittleEndian(digest);
    }

    private static PlaneFingerprint[] Views2D(float[] values, IReadOnlyList<int> shape)
    {
        // A volume's mean projections see all of it, whereas a middle slice may miss what two volumes differ in.
        PlaneFingerprint.ScaleToOne(values);
        var depth = shape.Count == 4 ? shape[1] : 1;
        var (height, width) = (shape[^2], shape[^1]);
        var alongDepth = new float[height * width];
        var alongHeight = new float[depth * width];
        var alongWidth = new float[depth * height];
        for (var first = 0; first < values.Length; first += width)
        {
            var y = first / width % height;
            var z = first / width / height % depth;
            var sum = 0f;
            for (var x = 0; x < width; x++)
            {
                var value = values[first + x];
                alongDepth[y * width + x] += value;
                alongHeight[z * width + x] += value;
                sum += value;
            }

            alongWidth[z * height + y] += sum;
        }

        var front = PlaneFingerprint.Create(alongDepth, height, width);
        return shape.Count == 3
            ? [front]
            : [front, PlaneFingerprint.Create(alongHeight, depth, width), PlaneFingerprint.Create(alongWidth, depth, height)];
    }
}
