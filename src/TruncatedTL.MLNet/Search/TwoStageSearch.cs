namespace TruncatedTL.MLNet.Search;

/// <summary>
/// The search of Peng et al. (arXiv 2106.05152): the ends of all blocks are trained to their end, then every rung between the block ends next to the best of them;
/// the highest score wins.
/// </summary>
/// <remarks>A stem that stands alone is no block. Each ladder is searched for itself. Candidates that are no rungs are trained to their end and take part in the choice.</remarks>
public sealed class TwoStageSearch : SearchMethod
{
    /// <inheritdoc/>
    public override string Name => "TwoStage";

    /// <summary>Whether the smallest network within the tolerance of the best is chosen in the end, instead of the highest score. Default: false, as in the paper.</summary>
    public bool WithinTolerance { get; init; }

    /// <inheritdoc/>
    public override SearchStep Next(SearchEvidence evidence)
    {
        evidence.RequireCandidates();
        var ladders = Ladder.Of(evidence);
        var ends = ladders.SelectMany(ladder => ladder.BlockEnds().Select(place => ladder.Rungs[place]));
        return FinalRound.Train(evidence, ends, RequestPurpose.Search, "First stage: the ends of the blocks are trained to their end.")
            ?? FinalRound.Train(evidence, ladders.SelectMany(ladder => AroundBest(evidence, ladder)), RequestPurpose.Search, "Second stage: so is every rung between the block ends next to the best one.")
            ?? FinalRound.Train(evidence, Ladder.Others(evidence, ladders), RequestPurpose.Control, "Candidates that are no rungs are trained to their end.")
            ?? FinalRound.Choose(evidence, evidence.Candidates, null, WithinTolerance);
    }

    /// <inheritdoc/>
    public override string ToString() => MethodText.Write(Name, MethodText.Option("withinTolerance", WithinTolerance, false));

    private static IEnumerable<SearchCandidate> AroundBest(SearchEvidence evidence, Ladder ladder)
    {
        var ends = ladder.BlockEnds();
        var best = evidence.Best(ends.Select(place => ladder.Rungs[place]), null);
        var block = ends.TakeWhile(place => ladder.Rungs[place] != best).Count();
        var below = block > 0 ? ends[block - 1] : -1;
        var above = block + 1 < ends.Count ? ends[block + 1] : ladder.Rungs.Count;
        return ladder.Rungs.Where((_, place) => place > below && place < above);
    }
}
