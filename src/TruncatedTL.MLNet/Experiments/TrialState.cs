namespace TruncatedTL.MLNet.Experiments;

/// <summary>What has become of a candidate.</summary>
public enum TrialState
{
    /// <summary>It has not been trained: not yet, or the search had no need of it.</summary>
    NotTried,

    /// <summary>It is being trained.</summary>
    Running,

    /// <summary>It has been trained for some epochs and left; it can go on from there.</summary>
    Stopped,

    /// <summary>It has been trained to its end.</summary>
    Finished,

    /// <summary>A limit rules it out.</summary>
    Pruned,

    /// <summary>An error ended its training.</summary>
    Failed,
}
