using TruncatedTL.MLNet.Data;

namespace TruncatedTL.MLNet.Imaging.Dicom;

/// <summary>What the data set says about the form of its pixels (PS3.3, C.7.6.3), checked.</summary>
internal sealed class PixelDescription
{
    private PixelDescription(DicomDataSet dataSet)
    {
        var name = dataSet.Name;
        Name = name;
        Rows = Required(dataSet, DicomTag.Rows);
        Columns = Required(dataSet, DicomTag.Columns);
        Samples = dataSet.UInt16(DicomTag.SamplesPerPixel) ?? 1;
        Frames = dataSet.Integer(DicomTag.NumberOfFrames) ?? 1;
        BitsAllocated = Required(dataSet, DicomTag.BitsAllocated);
        BitsStored = dataSet.UInt16(DicomTag.BitsStored) ?? BitsAllocated;
        HighBit = dataSet.UInt16(DicomTag.HighBit) ?? BitsStored - 1;
        IsSigned = dataSet.UInt16(DicomTag.PixelRepresentation) == 1;
        IsPlanar = Samples > 1 && dataSet.UInt16(DicomTag.PlanarConfiguration) == 1;
        var photometric = dataSet.Text(DicomTag.PhotometricInterpretation)
            ?? throw new ImageFormatException(name, $"{DicomTags.Describe(DicomTag.PhotometricInterpretation)} is missing");
        Photometric = Parse(photometric, name);
        Check(name);
    }

    public string Name { get; }

    public int Rows { get; }

    public int Columns { get; }

    /// <summary>Values per pixel as stored: 1, or 3 for colour.</summary>
    public int Samples { get; }

    public int Frames { get; }

    /// <summary>Bits that a value takes: 1, 8, 16 or 32.</summary>
    public int BitsAllocated { get; }

    /// <summary>Bits of those that belong to the value.</summary>
    public int BitsStored { get; }

    /// <summary>The highest bit of the value.</summary>
    public int HighBit { get; }

    public bool IsSigned { get; }

    /// <summary>Whether native colour pixels are stored one colour after the other rather than pixel by pixel.</summary>
    public bool IsPlanar { get; }

    public Photometric Photometric { get; }

    /// <summary>Pixels of a frame.</summary>
    public long PixelsPerFrame => (long)Rows * Columns;

    /// <summary>Stored values of a frame.</summary>
    public long ValuesPerFrame => PixelsPerFrame * Samples;

    public static PixelDescription Of(DicomDataSet dataSet) => new(dataSet);

    /// <summary>The value that belongs to allocated bits: other bits removed, the sign extended.</summary>
    public long Stored(uint raw)
    {
        var unused = 64 - BitsStored;
        var aligned = (ulong)(raw >> (HighBit + 1 - BitsStored)) << unused;
        return IsSigned ? (long)aligned >> unused : (long)(aligned >> unused);
    }

    private static int Required(DicomDataSet dataSet, DicomTag tag) => dataSet.UInt16(tag) is { } value and > 0
        ? value
        : throw new ImageFormatException(dataSet.Name, $"{DicomTags.Describe(tag)} is missing or 0");

    private static Photometric Parse(string text, string name) => text switch
    {
        "MONOCHROME1" => Photometric.Monochrome1,
        "MONOCHROME2" => Photometric.Monochrome2,
        "PALETTE COLOR" => Photometric.PaletteColor,
        "RGB" => Photometric.Rgb,
        "YBR_FULL" => Photometric.YbrFull,
        "YBR_FULL_422" => Photometric.YbrFull422,
        // These go with JPEG 2000 and MPEG alone or are retired; that the syntax is unsupported has been said before.
        _ => throw new ImageFormatException(
            name,
            $"{DicomTags.Describe(DicomTag.PhotometricInterpretation)} is none that is supported (MONOCHROME1, MONOCHROME2, PALETTE COLOR, RGB, YBR_FULL, YBR_FULL_422)"),
    };

    private void Check(string name)
    {
        var isColour = Photometric is Photometric.Rgb or Photometric.YbrFull or Photometric.YbrFull422;
        if (Samples != (isColour ? 3 : 1))
        {
            throw new ImageFormatException(name, $"{Samples} samples per pixel do not go with the photometric interpretation, which calls for {(isColour ? 3 : 1)}");
        }

        if (Frames < 1)
        {
            throw new ImageFormatException(name, $"{DicomTags.Describe(DicomTag.NumberOfFrames)} is {Frames}");
        }

        if (BitsAllocated is not (1 or 8 or 16 or 32))
        {
            throw new ImageFormatException(name, $"{BitsAllocated} bits allocated per value are not supported; 1, 8, 16 and 32 are");
        }

        if (BitsStored < 1 || HighBit >= BitsAllocated || HighBit + 1 < BitsStored)
        {
            throw new ImageFormatException(name, $"{BitsStored} bits stored with the highest at {HighBit} do not fit into {BitsAllocated} bits allocated");
        }

        if (IsSigned && (isColour || Photometric == Photometric.PaletteColor))
        {
            throw new ImageFormatException(name, "colours with a sign are not supported");
        }
    }
}
