using System.Buffers.Binary;
using System.IO.Compression;
using TruncatedTL.MLNet.Data;
using TruncatedTL.MLNet.Files;

namespace TruncatedTL.MLNet.Imaging.Raster;

/// <summary>The chunks of a PNG file that matter for its pixels, with their checksums verified.</summary>
internal sealed class PngFile
{
    private const int ChunkOverhead = 12;

    private readonly ReadOnlyMemory<byte>[] _compressed;

    private PngFile(PngHeader header, byte[] palette, byte[] transparency, ReadOnlyMemory<byte>[] compressed)
    {
        Header = header;
        Palette = palette;
        Transparency = transparency;
        _compressed = compressed;
    }

    /// <summary>The eight bytes with which every PNG file begins.</summary>
    public static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    public PngHeader Header { get; }

    /// <summary>Red, green, blue for each entry; empty for other colour types.</summary>
    public byte[] Palette { get; }

    /// <summary>The chunk tRNS as stored; empty where there is none.</summary>
    public byte[] Transparency { get; }

    /// <summary>Length of the zlib stream of the pixels.</summary>
    public long CompressedLength => _compressed.Sum(part => (long)part.Length);

    /// <summary>True where the pixels have no hue: grey colour types, and palettes of greys only.</summary>
    public bool IsGrey => Header.Colour is PngColour.Grey or PngColour.GreyAlpha || (Header.Colour == PngColour.Palette && IsGreyPalette(Palette));

    /// <summary>Reads all chunks.</summary>
    /// <param name="content">The whole file, which is not copied.</param>
    /// <param name="name">What messages call it.</param>
    /// <exception cref="ImageFormatException">The file is damaged or breaks the format.</exception>
    public static PngFile Parse(ReadOnlyMemory<byte> content, string name)
    {
        if (!content.Span.StartsWith(Signature))
        {
            throw new ImageFormatException(name, "not a PNG file: it does not begin with PNG's signature");
        }

        PngHeader? header = null;
        byte[] palette = [];
        byte[] transparency = [];
        var compressed = new List<ReadOnlyMemory<byte>>();
        var rest = content[Signature.Length..];
        while (true)
        {
            var (type, part) = TakeChunk(ref rest, name);
            var data = part.Span;
            if (header is null != type.SequenceEqual("IHDR"u8))
            {
                throw new ImageFormatException(name, "a PNG file must begin with one header chunk");
            }

            switch (type)
            {
                case [(byte)'I', (byte)'H', (byte)'D', (byte)'R']:
                    header = PngHeader.Parse(data, name);
                    break;
                case [(byte)'P', (byte)'L', (byte)'T', (byte)'E']:
                    palette = data.ToArray();
                    break;
                case [(byte)'t', (byte)'R', (byte)'N', (byte)'S']:
                    transparency = data.ToArray();
                    break;
                case [(byte)'I', (byte)'D', (byte)'A', (byte)'T']:
                    compressed.Add(part);
                    break;
                case [(byte)'I', (byte)'E', (byte)'N', (byte)'D']:
                    return new PngFile(header!.Value, CheckPalette(palette, header.Value, name), CheckTransparency(transparency, header.Value, name), [.. compressed]);
                default:
                    // A capital first letter marks chunks without which the image cannot be shown rightly.
                    if (char.IsAsciiLetterUpper((char)type[0]))
                    {
                        throw new ImageFormatException(name, "the PNG file has a critical chunk of an unknown kind");
                    }

                    break;
            }
        }
    }

    /// <summary>The pixels, inflated, as rows with their filters.</summary>
    public Stream OpenPixels() => new ZLibStream(new JoinedStream(_compressed), CompressionMode.Decompress);

    private static bool IsGreyPalette(ReadOnlySpan<byte> palette)
    {
        for (var i = 0; i < palette.Length; i += 3)
        {
            if (palette[i] != palette[i + 1] || palette[i] != palette[i + 2])
            {
                return false;
            }
        }

        return true;
    }

    private static Chunk TakeChunk(ref ReadOnlyMemory<byte> rest, string name)
    {
        if (rest.Length < ChunkOverhead)
        {
            throw Truncated(name);
        }

        var length = BinaryPrimitives.ReadUInt32BigEndian(rest.Span);
        if (length > rest.Length - ChunkOverhead)
        {
            throw Truncated(name);
        }

        var checkedPart = rest.Slice(4, 4 + (int)length);
        var isWhole = Crc32.Compute(checkedPart.Span) == BinaryPrimitives.ReadUInt32BigEndian(rest.Span[(8 + (int)length)..]);
        if (!isWhole)
        {
            throw new ImageFormatException(name, "the PNG file is damaged: a checksum is wrong");
        }

        rest = rest[(ChunkOverhead + (int)length)..];
        return new Chunk(checkedPart.Span[..4], checkedPart[4..]);
    }

    private static byte[] CheckPalette(byte[] palette, PngHeader header, string name)
    {
        if (header.Colour != PngColour.Palette)
        {
            // For other colour types the palette is a suggestion to screens of 256 colours.
            return [];
        }

        return palette.Length % 3 == 0 && palette.Length is > 0 and <= 3 * 256
            ? palette
            : throw new ImageFormatException(name, $"a PNG palette of {palette.Length} bytes cannot be");
    }

    private static byte[] CheckTransparency(byte[] transparency, PngHeader header, string name)
    {
        var isFitting = header.Colour switch
        {
            PngColour.Palette => transparency.Length <= 256,
            PngColour.Grey => transparency.Length is 0 or 2,
            PngColour.Rgb => transparency.Length is 0 or 6,
            _ => transparency.Length == 0,
        };
        return isFitting ? transparency : throw new ImageFormatException(name, $"PNG transparency of {transparency.Length} bytes does not fit the colour type {header.Colour}");
    }

    private static ImageFormatException Truncated(string name)
    {
        return new ImageFormatException(name, "the PNG file ends before its end chunk; it is cut short");
    }

    private readonly ref struct Chunk(ReadOnlySpan<byte> type, ReadOnlyMemory<byte> data)
    {
        private readonly ReadOnlySpan<byte> _type = type;
        private readonly ReadOnlyMemory<byte> _data = data;

        public void Deconstruct(out ReadOnlySpan<byte> type, out ReadOnlyMemory<byte> data)
        {
            type = _type;
            data = _data;
        }
    }
}
