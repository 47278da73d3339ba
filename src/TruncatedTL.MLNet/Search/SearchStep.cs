namespace TruncatedTL.MLNet.Search;

/// <summary>What a search wants next: trainings, or to end.</summary>
public abstract record SearchStep
{
    private SearchStep()
    {
    }

    /// <summary>Some trainings, which do not depend on each other: they may run in any order or at once.</summary>
    /// <param name="Requests">At least one.</param>
    /// <param name="Reason">Why, in a sentence for the log and the report.</param>
    public sealed record Train(IReadOnlyList<TrainingRequest> Requests, string Reason) : SearchStep;

    /// <summary>The search is over.</summary>
    /// <param name="Winner">The candidate that is chosen.</param>
    /// <param name="Reason">Why, in a sentence for the log and the report.</param>
    public sealed record Choose(SearchCandidate Winner, string Reason) : SearchStep;
}
