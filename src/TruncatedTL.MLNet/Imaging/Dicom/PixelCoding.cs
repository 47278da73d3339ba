namespace TruncatedTL.MLNet.Imaging.Dicom;

/// <summary>How pixels are encoded.</summary>
internal enum PixelCoding
{
    Unsupported,
    Native,
    RunLength,
    Jpeg,
}
