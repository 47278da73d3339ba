namespace TruncatedTL.MLNet.Imaging.Dicom;

/// <summary>One element that was kept: its bytes as they stand in the file, or the items of a sequence.</summary>
/// <param name="Value">The bytes, not copied.</param>
/// <param name="IsBigEndian">Byte order of numbers in it.</param>
/// <param name="Items">The items of a sequence; null for any other element.</param>
internal sealed record DicomElement(ReadOnlyMemory<byte> Value, bool IsBigEndian, IReadOnlyList<DicomDataSet>? Items = null);
