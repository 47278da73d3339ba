using System.Buffers.Binary;
using TruncatedTL.MLNet.Data;

namespace TruncatedTL.MLNet.Imaging.Raster;

/// <summary>The header chunk (IHDR) of a PNG file.</summary>
internal readonly record struct PngHeader(long Width, long Height, int BitDepth, PngColour Colour, bool IsInterlaced)
{
    /// <summary>Samples per pixel as stored, alpha and palette index included.</summary>
    public int SamplesPerPixel => Colour switch
    {
        PngColour.Rgb => 3,
        PngColour.GreyAlpha => 2,
        PngColour.RgbAlpha => 4,
        _ => 1,
    };

    /// <summary>Bits per pixel as stored.</summary>
    public int BitsPerPixel => SamplesPerPixel * BitDepth;

    /// <summary>Reads and checks the chunk.</summary>
    /// <exception cref="ImageFormatException">The chunk breaks the format.</exception>
    public static PngHeader Parse(ReadOnlySpan<byte> chunk, string name)
    {
        if (chunk.Length != 13)
        {
            throw new ImageFormatException(name, $"the PNG header has {chunk.Length} bytes instead of 13");
        }

        var (depth, colour) = (chunk[8], chunk[9]);
        var isKnown = (PngColour)colour switch
        {
            PngColour.Grey => depth is 1 or 2 or 4 or 8 or 16,
            PngColour.Palette => depth is 1 or 2 or 4 or 8,
            PngColour.Rgb or PngColour.GreyAlpha or PngColour.RgbAlpha => depth is 8 or 16,
            _ => false,
        };
        if (!isKnown)
        {
            throw new ImageFormatException(name, $"PNG has no colour type {colour} with {depth} bits");
        }

        if (chunk[10] != 0 || chunk[11] != 0 || chunk[12] > 1)
        {
            throw new ImageFormatException(name, $"the PNG header asks for compression {chunk[10]}, filter {chunk[11]} and interlace {chunk[12]}, which PNG does not have");
        }

        var width = BinaryPrimitives.ReadUInt32BigEndian(chunk);
        var height = BinaryPrimitives.ReadUInt32BigEndian(chunk[4..]);
        return new PngHeader(width, height, depth, (PngColour)colour, chunk[12] == 1);
    }

    /// <summary>The passes of the image: one, or the seven of Adam7 of which some may be empty.</summary>
    public PngPass[] Passes()
    {
        if (!IsInterlaced)
        {
            return [new PngPass(0, 0, 1, 1, Width, Height)];
        }

        ReadOnlySpan<(int X, int Y, int StepX, int StepY)> adam7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];
        var passes = new List<PngPass>();
        foreach (var (x, y, stepX, stepY) in adam7)
        {
            var (columns, rows) = ((Width - x + stepX - 1) / stepX, (Height - y + stepY - 1) / stepY);
            if (columns > 0 && rows > 0)
            {
                passes.Add(new PngPass(x, y, stepX, stepY, columns, rows));
            }
        }

        return [.. passes];
    }

    /// <summary>Bytes of one row of a pass, without the filter byte before it.</summary>
    public long RowBytes(PngPass pass)
    {
        return ((pass.Columns * BitsPerPixel) + 7) / 8;
    }
}
