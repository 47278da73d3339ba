namespace TruncatedTL.MLNet.Search;

/// <summary>
/// Looks for the smallest network that is not worse than the best, with short trainings and bisection, and brings only the winner and its controls to their end.
/// </summary>
/// <remarks>
/// <para>
/// References of each ladder are trained for <see cref="ShortEpochs"/>: the top rung, the end of the last stage but one, and the middle of that stage. The best of
/// them sets the bar. In each ladder the lowest reference within the tolerance of it is the upper end of a bisection; the highest reference below that one, or the
/// input, is the lower end. A ladder without a reference within the tolerance is left. The smallest network that the bisections find is trained to its end,
/// from where its short training stopped.
/// </para>
/// <para>
/// Where frozen scores are present for all rungs of a ladder, bisection starts above those that are clearly too low: counted from the input and in the lower half
/// only, as long as the score is below the ladder's lowest plus a quarter of the way to its highest. If then the lowest rung above them is good enough, they are
/// looked at after all, so that frozen scores save trainings and decide nothing: they do not rank fine-tuned networks.
/// </para>
/// <para>
/// In the end the smallest of all candidates that were trained to their end and are within the tolerance of the best is chosen; a control that is better by more wins.
/// Rungs smaller than the winner whose short training happened to be their whole one stay out, unless they are as good as the winner.
/// </para>
/// </remarks>
public sealed class GuidedSearch : SearchMethod
{
    private readonly int? _shortEpochs;

    /// <inheritdoc/>
    public override string Name => "Guided";

    /// <summary>Epochs of the short trainings, at least 1; null takes a sixth of the most epochs of a training, rounded, but 3 at least and 10 at most.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is less than 1.</exception>
    public int? ShortEpochs
    {
        get => _shortEpochs;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value ?? 1, 1, nameof(ShortEpochs));
            _shortEpochs = value;
        }
    }

    /// <summary>Whether full transfer on the winner's backbone is trained to its end, so that the report can compare with it. Default: true.</summary>
    public bool TrainControl { get; init; } = true;

    /// <summary>Whether candidates that are no rungs, e.g. a linear probe, are trained to their end. Default: true. Where there are no rungs, they are the search and are trained in any case.</summary>
    public bool CompareAll { get; init; } = true;

    /// <summary>Whether the rungs next to the winner are trained to their end, too. Default: false.</summary>
    public bool Neighbours { get; init; }

    /// <inheritdoc/>
    public override SearchStep Next(SearchEvidence evidence)
    {
        evidence.RequireCandidates();
        var ladders = Ladder.Of(evidence);
        if (ladders.Count == 0)
        {
            return FinalRound.Train(evidence, evidence.Candidates, RequestPurpose.Search, "No candidate is a rung of a ladder: all are trained to their end.")
                ?? FinalRound.Choose(evidence, evidence.Candidates, null, withinTolerance: true);
        }

        var epochs = Math.Min(ShortEpochs ?? DefaultShortEpochs(evidence.MaxEpochs), evidence.MaxEpochs);
        var references = ladders.SelectMany(ladder => ladder.References().Select(place => ladder.Rungs[place])).ToArray();
        var missing = evidence.Missing(references, epochs, RequestPurpose.Search);
        if (missing.Count > 0)
        {
            return new SearchStep.Train(missing, $"The references are trained for {epochs} epochs: top rung, end of the last stage but one, its middle.");
        }

        var best = evidence.Best(references, epochs);
        var bisections = ladders.Select(ladder => Bisection.Of(evidence, ladder, best, epochs)).OfType<Bisection>().ToArray();
        var open = evidence.Missing(bisections.Select(bisection => bisection.Open).OfType<SearchCandidate>(), epochs, RequestPurpose.Search);
        if (open.Count > 0)
        {
            return new SearchStep.Train(open, string.Join(' ', bisections.Where(bisection => bisection.Open is not null).Select(bisection => bisection.Reason)));
        }

        var winner = evidence.SmallestNotWorse(bisections.Select(bisection => bisection.Smallest), best, epochs);
        var neighbours = NeighboursOf(ladders, winner).ToArray();
        var controls = FinalRound.Controls(evidence, ladders, winner, TrainControl, CompareAll);
        return FinalRound.Train(evidence, [winner], RequestPurpose.Winner, $"{evidence.Describe(winner, epochs)} is the smallest after {epochs} epochs that is not worse than {evidence.Describe(best, epochs)}: it is trained to its end.")
            ?? FinalRound.Train(evidence, neighbours, RequestPurpose.Search, $"The neighbours of {winner.Name} are trained to their end.")
            ?? FinalRound.Train(evidence, controls, RequestPurpose.Control, $"What {winner.Name} is compared with is trained to its end.")
            ?? FinalRound.Choose(evidence, FinalRound.Eligible(evidence, ladders, winner, neighbours.Concat(controls)), winner, withinTolerance: true);
    }

    /// <inheritdoc/>
    public override string ToString() => MethodText.Write(
        Name,
        MethodText.Option("shortEpochs", ShortEpochs, null),
        MethodText.Option("trainControl", TrainControl, true),
        MethodText.Option("compareAll", CompareAll, true),
        MethodText.Option("neighbours", Neighbours, false));

    internal static int DefaultShortEpochs(int maxEpochs) => Math.Clamp((int)Math.Round(maxEpochs / 6.0, MidpointRounding.AwayFromZero), 3, 10);

    private IEnumerable<SearchCandidate> NeighboursOf(IEnumerable<Ladder> ladders, SearchCandidate winner)
    {
        if (!Neighbours)
        {
            return [];
        }

        var rungs = ladders.Select(ladder => ladder.Rungs).First(rungs => rungs.Contains(winner));
        var place = rungs.TakeWhile(rung => rung != winner).Count();
        return rungs.Where((_, other) => Math.Abs(other - place) == 1);
    }
}
