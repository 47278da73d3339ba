using System.Buffers.Binary;
using System.IO.Compression;

namespace TruncatedTL.MLNet.Files;

/// <summary>
/// Writes 8-bit colour pictures as PNG (ISO/IEC 15948): one unfiltered image, no native library. For contact sheets and figures, not
/// for images that are to be trained on.
/// </summary>
internal static class PngFile
{
    private static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>Writes a picture, replacing the file only when it is complete.</summary>
    /// <param name="path">The file; its folder exists.</param>
    /// <param name="pixels">Red, green, blue of each pixel, [height, width, 3].</param>
    /// <param name="width">Width in pixels.</param>
    /// <param name="height">Height in pixels.</param>
    public static void Write(string path, byte[] pixels, int width, int height)
    {
        if (width < 1 || height < 1 || pixels.LongLength != 3L * width * height)
        {
            throw new ArgumentException($"{pixels.Length} bytes are not the colours of {width} x {height} pixels.", nameof(pixels));
        }

        AtomicFile.Write(path, stream =>
        {
            stream.Write(Signature);
            WriteChunk(stream, "IHDR"u8, Header(width, height));
            WriteChunk(stream, "IDAT"u8, Compress(pixels, 3 * width));
            WriteChunk(stream, "IEND"u8, []);
        });
    }

    private static byte[] Header(int width, int height)
    {
        // 8 bits a value, colour type 2 (red, green, blue), and the only methods of compression, filtering and no interlacing.
        byte[] header = [0, 0, 0, 0, 0, 0, 0, 0, 8, 2, 0, 0, 0];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        return header;
    }

    private static byte[] Compress(byte[] pixels, int stride)
    {
        using var compressed = new MemoryStream();
        using (var deflate = new ZLibStream(compressed, CompressionLevel.Optimal, leaveOpen: true))
        {
            for (var start = 0; start < pixels.Length; start += stride)
            {
                // Each row tells its filter first: none.
                deflate.WriteByte(0);
                deflate.Write(pixels, start, stride);
            }
        }

        return compressed.ToArray();
    }

    private static void WriteChunk(Stream stream, ReadOnlySpan<byte> type, ReadOnlySpan<byte> content)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, content.Length);
        stream.Write(number);
        stream.Write(type);
        stream.Write(content);
        var crc = default(Crc32);
        crc.Append(type);
        crc.Append(content);
        BinaryPrimitives.WriteUInt32BigEndian(number, crc.Value);
        stream.Write(number);
    }
}
