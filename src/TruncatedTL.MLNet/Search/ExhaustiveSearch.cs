namespace TruncatedTL.MLNet.Search;

/// <summary>Trains every candidate to its end. It asks most and, because scores on a plateau differ by noise, does not choose best.</summary>
public sealed class ExhaustiveSearch : SearchMethod
{
    /// <inheritdoc/>
    public override string Name => "Exhaustive";

    /// <summary>Whether the smallest network within the tolerance of the best is chosen in the end, instead of the highest score. Default: false.</summary>
    public bool WithinTolerance { get; init; }

    /// <inheritdoc/>
    public override SearchStep Next(SearchEvidence evidence)
    {
        evidence.RequireCandidates();
        var ladders = Ladder.Of(evidence);
        return FinalRound.Train(evidence, ladders.SelectMany(ladder => ladder.Rungs), RequestPurpose.Search, "Every rung is trained to its end.")
            ?? FinalRound.Train(evidence, Ladder.Others(evidence, ladders), RequestPurpose.Control, "Candidates that are no rungs are trained to their end.")
            ?? FinalRound.Choose(evidence, evidence.Candidates, null, WithinTolerance);
    }

    /// <inheritdoc/>
    public override string ToString() => MethodText.Write(Name, MethodText.Option("withinTolerance", WithinTolerance, false));
}
