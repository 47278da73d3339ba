namespace TruncatedTL.MLNet.Loading;

/// <summary>What came of loading image files.</summary>
public sealed class ImageLoadReport
{
    internal ImageLoadReport(int loaded, IReadOnlyList<SkippedImage> skipped, int keptInMemory, long memoryBytes)
    {
        Loaded = loaded;
        Skipped = skipped;
        KeptInMemory = keptInMemory;
        MemoryBytes = memoryBytes;
    }

    /// <summary>Images that became rows.</summary>
    public int Loaded { get; }

    /// <summary>Files that were left out, in the order of the files; empty unless <see cref="ImageLoadOptions.OnUnreadable"/> is <see cref="UnreadableImages.Skip"/>.</summary>
    public IReadOnlyList<SkippedImage> Skipped { get; }

    /// <summary>Rows that rest in memory. The others are decoded anew whenever they are read.</summary>
    public int KeptInMemory { get; }

    /// <summary>Bytes that the pixels in memory take.</summary>
    public long MemoryBytes { get; }

    /// <summary>For logs: <c>500 images (2 skipped), 498 in memory (25.1 MB)</c>.</summary>
    public override string ToString() =>
        FormattableString.Invariant($"{Loaded} images ({Skipped.Count} skipped), {KeptInMemory} in memory ({MemoryBytes / 1e6:0.0} MB)");
}
