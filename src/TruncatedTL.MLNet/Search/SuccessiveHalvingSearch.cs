namespace TruncatedTL.MLNet.Search;

/// <summary>
/// Trains all rungs for a few epochs, keeps the better ones, trains these for more, and so on; the smallest of the last survivors that is not worse than the best
/// of them is trained to its end (Jamieson and Talwalkar 2016, arXiv 1502.07943, with another choice among the survivors).
/// </summary>
/// <remarks>
/// After round i all that are left have <see cref="Start"/> x <see cref="Eta"/>^i epochs and one of <see cref="Eta"/> is kept, rounded down. The rounds end where only
/// one would be kept, because the highest score on a plateau is a lottery; but nothing is decided after the first round. All ladders are searched together.
/// </remarks>
public sealed class SuccessiveHalvingSearch : SearchMethod
{
    private readonly int _start = 3;
    private readonly int _eta = 3;

    /// <inheritdoc/>
    public override string Name => "SuccessiveHalving";

    /// <summary>Epochs of the first round, at least 1. Default: 3.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is less than 1.</exception>
    public int Start
    {
        get => _start;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1, nameof(Start));
            _start = value;
        }
    }

    /// <summary>One of how many is kept, and by how much the epochs grow, at least 2. Default: 3.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is less than 2.</exception>
    public int Eta
    {
        get => _eta;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 2, nameof(Eta));
            _eta = value;
        }
    }

    /// <summary>Whether full transfer on the winner's backbone is trained to its end, so that the report can compare with it. Default: true.</summary>
    public bool TrainControl { get; init; } = true;

    /// <summary>Whether candidates that are no rungs, e.g. a linear probe, are trained to their end. Default: true. Where there are no rungs, they are the search and are trained in any case.</summary>
    public bool CompareAll { get; init; } = true;

    /// <inheritdoc/>
    public override SearchStep Next(SearchEvidence evidence)
    {
        evidence.RequireCandidates();
        var ladders = Ladder.Of(evidence);
        IReadOnlyList<SearchCandidate> left = ladders.SelectMany(ladder => ladder.Rungs).ToArray();
        if (left.Count == 0)
        {
            return FinalRound.Train(evidence, evidence.Candidates, RequestPurpose.Search, "No candidate is a rung of a ladder: all are trained to their end.")
                ?? FinalRound.Choose(evidence, evidence.Candidates, null, withinTolerance: true);
        }

        var epochs = Math.Min(Start, evidence.MaxEpochs);
        for (var round = 1; ; round++)
        {
            var missing = evidence.Missing(left, epochs, RequestPurpose.Search);
            if (missing.Count > 0)
            {
                return new SearchStep.Train(missing, $"Round {round}: the {left.Count} that are left are trained for {epochs} epochs.");
            }

            var kept = left.Count / Eta;
            if (epochs == evidence.MaxEpochs || (kept < 2 && round > 1))
            {
                break;
            }

            left = kept < 2 ? left : evidence.Ranked(left, epochs).Take(kept).ToArray();
            epochs = (int)Math.Min((long)epochs * Eta, evidence.MaxEpochs);
        }

        var best = evidence.Best(left, epochs);
        var winner = evidence.SmallestNotWorse(left, best, epochs);
        var controls = FinalRound.Controls(evidence, ladders, winner, TrainControl, CompareAll);
        return FinalRound.Train(evidence, [winner], RequestPurpose.Winner, $"{evidence.Describe(winner, epochs)} is the smallest of {left.Count} survivors that is not worse than {evidence.Describe(best, epochs)}: it is trained to its end.")
            ?? FinalRound.Train(evidence, controls, RequestPurpose.Control, $"What {winner.Name} is compared with is trained to its end.")
            ?? FinalRound.Choose(evidence, FinalRound.Eligible(evidence, ladders, winner, controls), winner, withinTolerance: true);
    }

    /// <inheritdoc/>
    public override string ToString() => MethodText.Write(
        Name,
        MethodText.Option("start", Start, null),
        MethodText.Option("eta", Eta, null),
        MethodText.Option("trainControl", TrainControl, true),
        MethodText.Option("compareAll", CompareAll, true));
}
