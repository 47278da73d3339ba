namespace TruncatedTL.MLNet.Imaging.Dicom;

/// <summary>The Pixel Data element as it stands in the file, not decoded.</summary>
internal sealed class PixelDataElement
{
    /// <summary>The bytes of native pixel data; empty where they are encapsulated.</summary>
    public ReadOnlyMemory<byte> Native { get; init; }

    /// <summary>Whether the bytes are big-endian 16-bit words (OW), which matters even for pixels of 8 bits.</summary>
    public bool IsBigEndianWords { get; init; }

    /// <summary>The basic offset table of encapsulated pixel data; empty where there is none.</summary>
    public ReadOnlyMemory<byte> OffsetTable { get; init; }

    /// <summary>The fragments of encapsulated pixel data; null where they are native.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>>? Fragments { get; init; }
}
