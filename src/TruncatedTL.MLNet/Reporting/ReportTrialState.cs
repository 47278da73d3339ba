namespace TruncatedTL.MLNet.Reporting;

/// <summary>What became of a candidate.</summary>
internal enum ReportTrialState
{
    /// <summary>Trained to its end.</summary>
    Finished,

    /// <summary>Trained for some epochs, then left by the search.</summary>
    Stopped,

    /// <summary>Ruled out by a limit, before training.</summary>
    Pruned,

    /// <summary>An error ended it; see the note.</summary>
    Failed,

    /// <summary>The search had no need of it, or time was over.</summary>
    NotTried,
}
