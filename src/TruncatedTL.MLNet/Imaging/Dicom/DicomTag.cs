using System.Collections.Frozen;

namespace TruncatedTL.MLNet.Imaging.Dicom;

/// <summary>The data elements that are read, group in the upper and element in the lower 16 bits. The names are the keywords of the standard (PS3.6).</summary>
internal enum DicomTag : uint
{
    MediaStorageSopClassUid = 0x0002_0002,
    TransferSyntaxUid = 0x0002_0010,
    SpecificCharacterSet = 0x0008_0005,
    PatientId = 0x0010_0020,
    SliceThickness = 0x0018_0050,
    SpacingBetweenSlices = 0x0018_0088,
    ImagerPixelSpacing = 0x0018_1164,
    StudyInstanceUid = 0x0020_000D,
    SeriesInstanceUid = 0x0020_000E,
    InstanceNumber = 0x0020_0013,
    ImagePositionPatient = 0x0020_0032,
    ImageOrientationPatient = 0x0020_0037,
    SliceLocation = 0x0020_1041,
    PlanePositionSequence = 0x0020_9113,
    PlaneOrientationSequence = 0x0020_9116,
    SamplesPerPixel = 0x0028_0002,
    PhotometricInterpretation = 0x0028_0004,
    PlanarConfiguration = 0x0028_0006,
    NumberOfFrames = 0x0028_0008,
    Rows = 0x0028_0010,
    Columns = 0x0028_0011,
    PixelSpacing = 0x0028_0030,
    BitsAllocated = 0x0028_0100,
    BitsStored = 0x0028_0101,
    HighBit = 0x0028_0102,
    PixelRepresentation = 0x0028_0103,
    WindowCenter = 0x0028_1050,
    WindowWidth = 0x0028_1051,
    RescaleIntercept = 0x0028_1052,
    RescaleSlope = 0x0028_1053,
    RedPaletteColorLookupTableDescriptor = 0x0028_1101,
    GreenPaletteColorLookupTableDescriptor = 0x0028_1102,
    BluePaletteColorLookupTableDescriptor = 0x0028_1103,
    RedPaletteColorLookupTableData = 0x0028_1201,
    GreenPaletteColorLookupTableData = 0x0028_1202,
    BluePaletteColorLookupTableData = 0x0028_1203,
    ModalityLutSequence = 0x0028_3000,
    LutDescriptor = 0x0028_3002,
    LutData = 0x0028_3006,
    PixelMeasuresSequence = 0x0028_9110,
    FrameVoiLutSequence = 0x0028_9132,
    PixelValueTransformationSequence = 0x0028_9145,
    SharedFunctionalGroupsSequence = 0x5200_9229,
    PerFrameFunctionalGroupsSequence = 0x5200_9230,
    FloatPixelData = 0x7FE0_0008,
    DoubleFloatPixelData = 0x7FE0_0009,
    PixelData = 0x7FE0_0010,
    Item = 0xFFFE_E000,
    ItemDelimitation = 0xFFFE_E00D,
    SequenceDelimitation = 0xFFFE_E0DD,
}

/// <summary>What is to be done with a tag.</summary>
internal static class DicomTags
{
    private static readonly FrozenSet<DicomTag> Known = Enum.GetValues<DicomTag>().ToFrozenSet();

    private static readonly FrozenSet<DicomTag> Sequences = new[]
    {
        DicomTag.PlanePositionSequence, DicomTag.PlaneOrientationSequence, DicomTag.ModalityLutSequence, DicomTag.PixelMeasuresSequence,
        DicomTag.FrameVoiLutSequence, DicomTag.PixelValueTransformationSequence, DicomTag.SharedFunctionalGroupsSequence,
        DicomTag.PerFrameFunctionalGroupsSequence,
    }.ToFrozenSet();

    /// <summary>Whether the element is one that is read; all others, private ones among them, are passed over.</summary>
    public static bool IsKept(DicomTag tag) => Known.Contains(tag);

    /// <summary>Whether the element holds items that are read.</summary>
    public static bool IsKeptSequence(DicomTag tag) => Sequences.Contains(tag);

    /// <summary>The tag for messages: <c>Rows (0028,0010)</c>.</summary>
    public static string Describe(DicomTag tag)
    {
        var number = $"({(uint)tag >> 16:X4},{(uint)tag & 0xFFFF:X4})";
        return IsKept(tag) ? $"{tag} {number}" : number;
    }
}
