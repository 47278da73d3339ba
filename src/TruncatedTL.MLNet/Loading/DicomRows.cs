namespace TruncatedTL.MLNet.Loading;

/// <summary>What makes a row of a folder of DICOM files.</summary>
public enum DicomRows
{
    /// <summary>Each file: radiographs, single slices, multi-frame files.</summary>
    Files,

    /// <summary>Each series, whose files are the slices of a volume.</summary>
    Series,
}
