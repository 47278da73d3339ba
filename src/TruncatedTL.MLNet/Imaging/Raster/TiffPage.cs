using BitMiracle.LibTiff.Classic;
using TruncatedTL.MLNet.Data;

namespace TruncatedTL.MLNet.Imaging.Raster;

/// <summary>What the tags of one page of a TIFF file say about its pixels.</summary>
internal sealed record TiffPage
{
    /// <summary>Stored rows, not yet turned upright.</summary>
    public required int Height { get; init; }

    /// <summary>Stored columns.</summary>
    public required int Width { get; init; }

    /// <summary>Width of a sample in bits: 1, 2, 4, 8, 16, 32 or 64.</summary>
    public required int BitsPerSample { get; init; }

    /// <summary>Whether samples are whole numbers, signed ones, or floating-point numbers.</summary>
    public required SampleFormat Format { get; init; }

    /// <summary>Samples per pixel as stored, alpha and others included.</summary>
    public required int SamplesPerPixel { get; init; }

    /// <summary>True where each sample has a plane of its own in the file.</summary>
    public required bool IsPlanar { get; init; }

    /// <summary>True where 0 is white.</summary>
    public required bool LowestIsWhite { get; init; }

    /// <summary>Red, green, blue for each palette index, three planes; null where samples are values themselves.</summary>
    public float[][]? Palette { get; init; }

    /// <summary>Samples per pixel that carry grey or colour (a palette index counts as one).</summary>
    public required int ColourSamples { get; init; }

    /// <summary>True where the sample behind the colours is alpha that the colours have not been multiplied by.</summary>
    public required bool HasStraightAlpha { get; init; }

    /// <summary>TIFF's orientation, 1 to 8.</summary>
    public required int Orientation { get; init; }

    /// <summary>Height of a tile or of a strip.</summary>
    public required int BlockHeight { get; init; }

    /// <summary>Width of a tile, or of the image where it is in strips.</summary>
    public required int BlockWidth { get; init; }

    /// <summary>True for tiles, false for strips.</summary>
    public required bool IsTiled { get; init; }

    /// <summary>Channels of the decoded image: 1 or 3.</summary>
    public int Channels => Palette is null ? ColourSamples : 3;

    /// <summary>Whether a page is only a small copy of another one, or a mask.</summary>
    public static bool IsAuxiliary(Tiff file)
    {
        return (Number(file, TiffTag.SUBFILETYPE) & (int)(FileType.REDUCEDIMAGE | FileType.MASK)) != 0;
    }

    /// <summary>Reads the tags of the page at which the file is.</summary>
    /// <exception cref="ImageFormatException">The tags contradict each other or ask for what is not supported.</exception>
    public static TiffPage Read(Tiff file, string name)
    {
        CheckCompression(file, name);
        var (bits, format) = ReadSampleType(file, name);
        var samples = Number(file, TiffTag.SAMPLESPERPIXEL);
        var photometric = file.GetField(TiffTag.PHOTOMETRIC) is { } field ? (Photometric)field[0].ToInt() : samples < 3 ? Photometric.MINISBLACK : Photometric.RGB;
        if (photometric is not (Photometric.MINISWHITE or Photometric.MINISBLACK or Photometric.RGB or Photometric.PALETTE))
        {
            throw new ImageFormatException(name, $"TIFF pixels of the kind {photometric} are not supported; grey, RGB and palette are");
        }

        var colours = photometric == Photometric.RGB ? 3 : 1;
        if (samples < colours || (bits < 8 && (samples > 1 || format != SampleFormat.UINT)) || (photometric == Photometric.PALETTE && (bits > 8 || samples > 1 || format != SampleFormat.UINT)))
        {
            throw new ImageFormatException(name, $"TIFF pixels of the kind {photometric} with {samples} samples of {bits} bits ({format}) are not supported");
        }

        var (height, width) = (Number(file, TiffTag.IMAGELENGTH), Number(file, TiffTag.IMAGEWIDTH));
        var isTiled = file.IsTiled();
        var rowsPerStrip = Number(file, TiffTag.ROWSPERSTRIP);
        return new TiffPage
        {
            Height = height,
            Width = width,
            BitsPerSample = bits,
            Format = format,
            SamplesPerPixel = samples,
            IsPlanar = samples > 1 && Number(file, TiffTag.PLANARCONFIG) == (int)PlanarConfig.SEPARATE,
            LowestIsWhite = photometric == Photometric.MINISWHITE,
            Palette = photometric == Photometric.PALETTE ? ReadPalette(file, bits, name) : null,
            ColourSamples = colours,
            HasStraightAlpha = HasUnassociatedAlpha(file, samples - colours, photometric, format, name),
            Orientation = Number(file, TiffTag.ORIENTATION),
            IsTiled = isTiled,
            BlockHeight = isTiled ? Number(file, TiffTag.TILELENGTH) : rowsPerStrip < 1 ? height : Math.Min(rowsPerStrip, height),
            BlockWidth = isTiled ? Number(file, TiffTag.TILEWIDTH) : width,
        };
    }

    private static int Number(Tiff file, TiffTag tag)
    {
        return file.GetFieldDefaulted(tag) is { Length: > 0 } field ? field[0].ToInt() : 0;
    }

    private static void CheckCompression(Tiff file, string name)
    {
        var compression = (Compression)Number(file, TiffTag.COMPRESSION);
        if (compression is not (Compression.NONE or Compression.LZW or Compression.DEFLATE or Compression.ADOBE_DEFLATE or Compression.PACKBITS))
        {
            throw new ImageFormatException(name, $"TIFF compression {compression} is not supported; none, LZW, deflate and PackBits are");
        }
    }

    private static (int Bits, SampleFormat Format) ReadSampleType(Tiff file, string name)
    {
        var bits = Number(file, TiffTag.BITSPERSAMPLE);
        var format = (SampleFormat)Number(file, TiffTag.SAMPLEFORMAT);
        if (format == SampleFormat.VOID)
        {
            format = SampleFormat.UINT;
        }

        var isKnown = format switch
        {
            SampleFormat.UINT => bits is 1 or 2 or 4 or 8 or 16 or 32,
            SampleFormat.INT => bits is 8 or 16 or 32,
            SampleFormat.IEEEFP => bits is 32 or 64,
            _ => false,
        };
        return isKnown ? (bits, format) : throw new ImageFormatException(name, $"TIFF samples of {bits} bits and format {format} are not supported");
    }

    private static bool HasUnassociatedAlpha(Tiff file, int extraSamples, Photometric photometric, SampleFormat format, string name)
    {
        if (extraSamples < 1 || file.GetField(TiffTag.EXTRASAMPLES) is not [_, { Value: ExtraSample[] and [ExtraSample.UNASSALPHA, ..] }])
        {
            // Colours that have been multiplied by their alpha lie over black already, and other extra samples are no alpha.
            return false;
        }

        return photometric != Photometric.MINISWHITE && format != SampleFormat.INT
            ? true
            : throw new ImageFormatException(name, $"TIFF transparency of {photometric} pixels of format {format} is not supported");
    }

    // Palettes have 16 bits a colour, in old files 8; both give values from 0 to 255.
    private static float[][] ReadPalette(Tiff file, int bits, string name)
    {
        if (file.GetField(TiffTag.COLORMAP) is not { Length: 3 } field)
        {
            throw new ImageFormatException(name, "the TIFF palette is missing");
        }

        var planes = field.Select(plane => plane.ToShortArray() ?? []).Select(plane => Array.ConvertAll(plane, value => (int)(ushort)value)).ToArray();
        if (planes.Any(plane => plane.Length < 1 << bits))
        {
            throw new ImageFormatException(name, "the TIFF palette is too short");
        }

        var isWide = planes.Any(plane => plane.Any(value => value > byte.MaxValue));
        return [.. planes.Select(plane => Array.ConvertAll(plane, value => (float)(isWide ? value >> 8 : value)))];
    }
}
