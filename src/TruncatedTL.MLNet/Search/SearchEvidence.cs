namespace TruncatedTL.MLNet.Search;

/// <summary>
/// What is known at a moment of a search. It is made from what stands on the disk, so that a search that was killed finds the same evidence again and decides
/// alike.
/// </summary>
public abstract class SearchEvidence
{
    /// <summary>The candidates that may be tried and have not failed, in the order of the plan. What a size limit rules out is not among them.</summary>
    public abstract IReadOnlyList<SearchCandidate> Candidates { get; }

    /// <summary>Most epochs of a training.</summary>
    public abstract int MaxEpochs { get; }

    /// <summary>Whether a candidate has been trained that far, or its training has come to its end before.</summary>
    /// <param name="candidate">The candidate.</param>
    /// <param name="epochs">Epochs; null asks whether its training has come to its end.</param>
    public abstract bool HasReached(SearchCandidate candidate, int? epochs);

    /// <summary>How many epochs a candidate has been trained; 0 if it has not been begun.</summary>
    /// <param name="candidate">The candidate.</param>
    public abstract int EpochsReached(SearchCandidate candidate);

    /// <summary>The best validation score of a candidate's first epochs; higher is better, whatever the metric is. It has been reached.</summary>
    /// <param name="candidate">The candidate.</param>
    /// <param name="epochs">How many epochs count; null for all.</param>
    public abstract double Score(SearchCandidate candidate, int? epochs);

    /// <summary>By how much a candidate's score may be below that of the best and still count as not worse; never negative. Both have been reached.</summary>
    /// <param name="candidate">The candidate.</param>
    /// <param name="best">The one that it is compared with.</param>
    /// <param name="epochs">How many epochs count, as in <see cref="Score"/>.</param>
    public abstract double Tolerance(SearchCandidate candidate, SearchCandidate best, int? epochs);

    /// <summary>
    /// The choice when time runs out: of all that have been trained at all, the smallest whose score, after as many epochs as it has got, is within the tolerance of
    /// the best. Tolerances are those at the epochs that both of a pair have reached.
    /// </summary>
    /// <returns>Null if nothing has been trained for an epoch, or nothing has a score that is a number.</returns>
    public SearchCandidate? BestSoFar()
    {
        var begun = Candidates.Where(candidate => EpochsReached(candidate) > 0 && !double.IsNaN(Score(candidate, EpochsReached(candidate)))).ToArray();
        if (begun.Length == 0)
        {
            return null;
        }

        double Reached(SearchCandidate candidate) => Score(candidate, EpochsReached(candidate));
        var best = begun.OrderByDescending(Reached).ThenBy(candidate => candidate, SizeOrder.Instance).First();
        return begun
            .Where(candidate => candidate == best || Reached(candidate) >= Reached(best) - this.SafeTolerance(candidate, best, Math.Min(EpochsReached(candidate), EpochsReached(best))))
            .OrderBy(candidate => candidate, SizeOrder.WithoutName)
            .ThenByDescending(Reached)
            .ThenBy(candidate => candidate, SizeOrder.Instance)
            .First();
    }
}
