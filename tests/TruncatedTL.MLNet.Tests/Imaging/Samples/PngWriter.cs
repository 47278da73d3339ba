using System.Buffers.Binary;
using System.IO.Compression;
using TruncatedTL.MLNet.Files;

namespace TruncatedTL.MLNet.Tests.Imaging.Samples;

/// <summary>Writes PNG files of every kind, with all five filters in turn. Its code shares nothing with the reader's.</summary>
internal static class PngWriter
{
    public const int Grey = 0;
    public const int Rgb = 2;
    public const int Palette = 3;
    public const int GreyAlpha = 4;
    public const int RgbAlpha = 6;

    private static readonly (int X, int Y, int StepX, int StepY)[] Adam7 =
        [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];

    /// <summary>A complete file.</summary>
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    /// <param name="bitDepth">1, 2, 4, 8 or 16.</param>
    /// <param name="colour">One of the constants of this class.</param>
    /// <param name="samples">[H, W, samples].</param>
    /// <param name="interlaced">Adam7 or not.</param>
    /// <param name="palette">Chunk PLTE.</param>
    /// <param name="transparency">Chunk tRNS.</param>
    public static byte[] Write(int width, int height, int bitDepth, int colour, ReadOnlySpan<int> samples, bool interlaced = false, byte[]? palette = null, byte[]? transparency = null)
    {
        var perPixel = colour switch { Rgb => 3, GreyAlpha => 2, RgbAlpha => 4, _ => 1 };
        using var raw = new MemoryStream();
        foreach (var (x0, y0, stepX, stepY) in interlaced ? Adam7 : [(0, 0, 1, 1)])
        {
            byte[]? above = null;
            for (var y = y0; y < height && x0 < width; y += stepY)
            {
                var bits = new List<bool>();
                for (var x = x0; x < width; x += stepX)
                {
                    foreach (var sample in samples.Slice(((y * width) + x) * perPixel, perPixel))
                    {
                        for (var bit = bitDepth - 1; bit >= 0; bit--)
                        {
                            bits.Add((sample >> bit & 1) == 1);
                        }
                    }
                }

                var row = Pack(bits);
                Filter(raw, row, above ?? new byte[row.Length], Math.Max(1, perPixel * bitDepth / 8), y / stepY % 5);
                above = row;
            }
        }

        return Assemble(Header(width, height, bitDepth, colour, interlaced), raw.ToArray(), palette, transparency);
    }

    /// <summary>A file of zeros, whose header may claim anything.</summary>
    public static byte[] WriteZeros(uint width, uint height, int bitDepth, int colour, int rawBytes)
    {
        return Assemble(Header(width, height, bitDepth, colour, false), new byte[rawBytes], null, null);
    }

    /// <summary>Makes the checksums of all chunks right again, as far as the lengths lead.</summary>
    public static byte[] RepairChecksums(byte[] file)
    {
        var repaired = (byte[])file.Clone();
        for (var at = 8; at + 12 <= repaired.Length;)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(repaired.AsSpan(at));
            if (length > repaired.Length - at - 12)
            {
                break;
            }

            var end = at + 8 + (int)length;
            BinaryPrimitives.WriteUInt32BigEndian(repaired.AsSpan(end), Crc32.Compute(repaired.AsSpan(at + 4, 4 + (int)length)));
            at = end + 4;
        }

        return repaired;
    }

    private static byte[] Header(long width, long height, int bitDepth, int colour, bool interlaced)
    {
        var header = new byte[13];
        BinaryPrimitives.WriteUInt32BigEndian(header, (uint)width);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(4), (uint)height);
        (header[8], header[9], header[12]) = ((byte)bitDepth, (byte)colour, (byte)(interlaced ? 1 : 0));
        return header;
    }

    private static byte[] Assemble(byte[] header, byte[] raw, byte[]? palette, byte[]? transparency)
    {
        using var file = new MemoryStream();
        file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]);
        Chunk(file, "IHDR"u8, header);
        Chunk(file, "gAMA"u8, [0, 0, 177, 143]);
        if (palette is not null)
        {
            Chunk(file, "PLTE"u8, palette);
        }

        if (transparency is not null)
        {
            Chunk(file, "tRNS"u8, transparency);
        }

        using var compressed = new MemoryStream();
        using (var deflate = new ZLibStream(compressed, CompressionLevel.Optimal, leaveOpen: true))
        {
            deflate.Write(raw);
        }

        // Two chunks, since the pixels may be cut anywhere.
        var bytes = compressed.ToArray();
        Chunk(file, "IDAT"u8, bytes[..(bytes.Length / 2)]);
        Chunk(file, "IDAT"u8, bytes[(bytes.Length / 2)..]);
        Chunk(file, "IEND"u8, []);
        return file.ToArray();
    }

    private static byte[] Pack(List<bool> bits)
    {
        var row = new byte[(bits.Count + 7) / 8];
        for (var i = 0; i < bits.Count; i++)
        {
            row[i / 8] |= (byte)(bits[i] ? 0x80 >> (i % 8) : 0);
        }

        return row;
    }

    private static void Filter(MemoryStream target, byte[] row, byte[] above, int pixelBytes, int filter)
    {
        target.WriteByte((byte)filter);
        for (var i = 0; i < row.Length; i++)
        {
            int left = i < pixelBytes ? 0 : row[i - pixelBytes];
            int corner = i < pixelBytes ? 0 : above[i - pixelBytes];
            var prediction = filter switch
            {
                1 => left,
                2 => above[i],
                3 => (left + above[i]) / 2,
                4 => new[] { left, above[i], corner }.MinBy(candidate => Math.Abs(left + above[i] - corner - candidate)),
                _ => 0,
            };
            target.WriteByte((byte)(row[i] - prediction));
        }
    }

    private static void Chunk(MemoryStream file, ReadOnlySpan<byte> type, byte[] data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        file.Write(number);
        file.Write(type);
        file.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc32.Compute([.. type, .. data]));
        file.Write(number);
    }
}
