using System.Runtime.InteropServices;
using TruncatedTL.MLNet.Data;

namespace TruncatedTL.MLNet.Imaging;

/// <summary>Checks of what a file declares, made before memory is taken for it.</summary>
internal static class ImageLimits
{
    // Deflate cannot shrink data further than 1032 to 1; content that claims more lies about its size.
    private const long MaxDeflateRatio = 1032;

    /// <summary>Checks lengths against each other and against what the caller allows.</summary>
    /// <param name="name">The file, for messages.</param>
    /// <param name="channels">Values per pixel or voxel.</param>
    /// <param name="lengths">The lengths that the file declares, outermost first.</param>
    /// <param name="options">With the limit.</param>
    /// <returns>The lengths, each from 1 to 2^31 - 1.</returns>
    /// <exception cref="ImageFormatException">A length is not positive, or all together are too many values.</exception>
    public static int[] CheckShape(string name, int channels, ReadOnlySpan<long> lengths, ImageReadOptions options)
    {
        var shapeText = string.Join(" x ", lengths.ToArray());
        var count = (Int128)channels;
        var shape = new int[lengths.Length];
        for (var i = 0; i < lengths.Length; i++)
        {
            if (lengths[i] is < 1 or > int.MaxValue)
            {
                throw new ImageFormatException(name, $"the declared size {shapeText} is not one of an image");
            }

            shape[i] = (int)lengths[i];
            count *= lengths[i];
        }

        var limit = Math.Min(options.MaxValues, Array.MaxLength);
        return count <= limit
            ? shape
            : throw new ImageFormatException(name, $"the declared size {shapeText} with {channels} channels makes {count} values; the limit is {limit}. Raise {nameof(ImageReadOptions)}.{nameof(ImageReadOptions.MaxValues)} if the file can be trusted");
    }

    /// <summary>Checks that deflated content can be as long as a header claims.</summary>
    /// <param name="name">The file, for messages.</param>
    /// <param name="claimedBytes">Length once inflated, as claimed.</param>
    /// <param name="compressedBytes">Length of the compressed content.</param>
    /// <exception cref="ImageFormatException">The compressed content is too short for the claim.</exception>
    public static void CheckDeflateRatio(string name, Int128 claimedBytes, long compressedBytes)
    {
        if (claimedBytes > (Int128)MaxDeflateRatio * (compressedBytes + 1))
        {
            throw new ImageFormatException(name, $"the header calls for {claimedBytes} bytes, which {compressedBytes} compressed ones cannot hold; the file is damaged or cut short");
        }
    }

    /// <summary>Whether an exception is what the framework throws for damaged deflate, zlib and gzip streams, depending on which bytes are damaged.</summary>
    public static bool IsDamagedStream(Exception exception)
    {
        return exception is InvalidDataException or IOException;
    }

    /// <summary>A stream over content in memory, without copying where that is possible.</summary>
    public static MemoryStream Open(ReadOnlyMemory<byte> content)
    {
        return MemoryMarshal.TryGetArray(content, out var segment)
            ? new MemoryStream(segment.Array!, segment.Offset, segment.Count, writable: false)
            : new MemoryStream(content.ToArray(), writable: false);
    }
}
