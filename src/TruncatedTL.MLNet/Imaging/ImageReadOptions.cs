namespace TruncatedTL.MLNet.Imaging;

/// <summary>What a reader may be told. Readers pass over what does not concern their format.</summary>
public sealed record ImageReadOptions
{
    /// <summary>The most values that one image may have once decoded, unless told otherwise: 2^28 (a volume of 645 x 645 x 645).</summary>
    public const long DefaultMaxValues = 1L << 28;

    /// <summary>
    /// Which frame of a multi-frame image, or which point in time of a 4D volume, from 0. Null (default): all frames of a multi-frame image as
    /// a volume, and an error for a 4D volume with several points in time.
    /// </summary>
    public int? Frame { get; init; }

    /// <summary>Volumes that carry their orientation (NIfTI) are flipped and transposed to right-anterior-superior order. Default: false, the order of the file.</summary>
    public bool ReorientToRas { get; init; }

    /// <summary>The most values that one image may have once decoded; more is an error before memory is taken. Default: <see cref="DefaultMaxValues"/>.</summary>
    public long MaxValues { get; init; } = DefaultMaxValues;

    /// <summary>
    /// The smallest part of its size, from 0 to 1, at which an image of a given height and width (upright) may be decoded, for readers that can decode at a half, a
    /// quarter or an eighth for less. Null (default): images are decoded as they are.
    /// </summary>
    internal Func<int, int, double>? LeastScale { get; init; }
}
