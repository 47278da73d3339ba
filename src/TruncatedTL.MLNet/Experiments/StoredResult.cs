namespace TruncatedTL.MLNet.Experiments;

/// <summary>How an experiment ended. It stands in the folder as <c>result.json</c>, for people, scripts and the report.</summary>
internal sealed record StoredResult
{
    /// <summary>Index of the chosen candidate in the plan.</summary>
    public required int Winner { get; init; }

    /// <summary>Its name.</summary>
    public required string WinnerName { get; init; }

    /// <summary>Why it was chosen.</summary>
    public required string Reason { get; init; }

    /// <summary>Why the experiment ended before its search did; null where it did not.</summary>
    public required string? EndedEarly { get; init; }

    /// <summary>All candidates, in the order of the plan.</summary>
    public required IReadOnlyList<StoredScore> Scores { get; init; }
}
