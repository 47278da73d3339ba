namespace TruncatedTL.MLNet.Splitting;

/// <summary>When two images count as near duplicates, and how many pairs are listed.</summary>
/// <remarks>
/// Both conditions must hold. Measured with the defaults (docs/splitting.md): of 2.9 million pairs of different
/// chest X-rays (PneumoniaMNIST, training against test) none is reported, while JPEG at quality 50, 20 grey levels more brightness, a
/// fifth less contrast, and half or double size all keep an image within them.
/// </remarks>
public sealed record DuplicateOptions
{
    /// <summary>The most bits, of 64, by which the perceptual hashes may differ. Default 8. Each view of a volume must keep it.</summary>
    public int MaxDistanceBits { get; init; } = 8;

    /// <summary>The least correlation of the two images' 16 x 16 thumbnails. Default 0.98. Each view of a volume must keep it.</summary>
    public double MinCorrelation { get; init; } = 0.98;

    /// <summary>The most pairs that are listed; all are counted. Default 10,000.</summary>
    public int MaxListedPairs { get; init; } = 10_000;

    internal void Validate()
    {
        if (MaxDistanceBits is < 0 or > 64)
        {
            throw new ArgumentOutOfRangeException(nameof(MaxDistanceBits), MaxDistanceBits, "The distance of two hashes is 0 to 64 bits.");
        }

        if (!(MinCorrelation is >= -1 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(MinCorrelation), MinCorrelation, "A correlation is -1 to 1.");
        }

        ArgumentOutOfRangeException.ThrowIfNegative(MaxListedPairs, nameof(MaxListedPairs));
    }
}
