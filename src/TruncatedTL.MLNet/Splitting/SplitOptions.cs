namespace TruncatedTL.MLNet.Splitting;

/// <summary>Settings of a split that have usable defaults.</summary>
public sealed record SplitOptions
{
    /// <summary>What to do when a class cannot be in every part. Default <see cref="MissingClasses.Refuse"/>.</summary>
    public MissingClasses MissingClasses { get; init; } = MissingClasses.Refuse;

    /// <summary>One name per class index, for messages. Default: the index as text.</summary>
    public IReadOnlyList<string>? ClassNames { get; init; }

    /// <summary>One name per part, for messages. Default: "train" and "test", "train", "validation" and "test", or "fold 0" and so on.</summary>
    public IReadOnlyList<string>? PartNames { get; init; }
}
