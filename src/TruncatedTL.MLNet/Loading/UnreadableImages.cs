namespace TruncatedTL.MLNet.Loading;

/// <summary>What a loader does with a file that cannot be read or prepared.</summary>
public enum UnreadableImages
{
    /// <summary>Loading fails with the file's name. A data set that silently shrinks is no longer the one that was described.</summary>
    Fail,

    /// <summary>The file is left out, and counted with its reason in the <see cref="ImageLoadReport"/>.</summary>
    Skip,
}
