namespace TruncatedTL.MLNet.Weights.PyTorch;

/// <summary>One file of a zip archive as the central directory describes it.</summary>
internal sealed record ZipEntry(
    string Name,
    ushort Flags,
    ushort Method,
    uint Crc,
    long CompressedSize,
    long UncompressedSize,
    long HeaderOffset)
{
    /// <summary>Where the next entry or the central directory begins; this entry must end before.</summary>
    public long Limit { get; init; }
}
