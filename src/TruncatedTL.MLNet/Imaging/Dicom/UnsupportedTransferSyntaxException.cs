using TruncatedTL.MLNet.Data;

namespace TruncatedTL.MLNet.Imaging.Dicom;

/// <summary>
/// A DICOM file is sound as far as it was read, but its pixel data are encoded in a way that is not supported. The message names the transfer
/// syntax and a tool that converts the file.
/// </summary>
public sealed class UnsupportedTransferSyntaxException : ImageDataException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="filePath">The file.</param>
    /// <param name="uid">Unique identifier of the transfer syntax, as the file has it.</param>
    /// <param name="transferSyntaxName">Its name in the standard.</param>
    /// <param name="advice">How the file can be made readable.</param>
    public UnsupportedTransferSyntaxException(string filePath, string uid, string transferSyntaxName, string advice)
        : base($"{filePath}: the transfer syntax {transferSyntaxName} is not supported; {advice}")
    {
        FilePath = filePath;
        Uid = uid;
        TransferSyntaxName = transferSyntaxName;
    }

    /// <summary>The file.</summary>
    public string FilePath { get; }

    /// <summary>Unique identifier of the transfer syntax, as the file has it: <c>1.2.840.10008.1.2.4.90</c>.</summary>
    public string Uid { get; }

    /// <summary>Its name in the standard: <c>JPEG 2000 Image Compression (Lossless Only)</c>.</summary>
    public string TransferSyntaxName { get; }
}
