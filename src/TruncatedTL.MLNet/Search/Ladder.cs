namespace TruncatedTL.MLNet.Search;

/// <summary>The rungs of one backbone that may be tried, from the input up.</summary>
internal sealed class Ladder
{
    // A frozen score that has not made a quarter of the way from the ladder's lowest to its highest is clearly too low.
    private const double ClearlyLow = 0.25;

    private readonly (int First, int Last)[] _stages;

    private Ladder(IReadOnlyList<SearchCandidate> rungs)
    {
        Rungs = rungs;
        _stages = Stages(rungs).ToArray();
    }

    public IReadOnlyList<SearchCandidate> Rungs { get; }

    /// <summary>All ladders, in the order of their names. Two candidates at one cut are the same network: the full transfer, or the first by name, is the rung.</summary>
    public static IReadOnlyList<Ladder> Of(SearchEvidence evidence) =>
        evidence.Candidates
            .Where(candidate => candidate.Cut is not null)
            .GroupBy(candidate => candidate.Ladder, StringComparer.Ordinal)
            .OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => new Ladder(group
                .GroupBy(candidate => candidate.Cut)
                .OrderBy(same => same.Key)
                .Select(same => same.OrderByDescending(candidate => candidate.IsFullTransfer).ThenBy(candidate => candidate, SizeOrder.Instance).First())
                .ToArray()))
            .ToArray();

    /// <summary>Candidates that are a rung of none of the ladders.</summary>
    public static IReadOnlyList<SearchCandidate> Others(SearchEvidence evidence, IEnumerable<Ladder> ladders) =>
        evidence.Candidates.Except(ladders.SelectMany(ladder => ladder.Rungs)).ToArray();

    /// <summary>The places of the top rung, the end of the last stage but one, and the middle of that stage (the lower of two); of a ladder of one stage the top and the middle.</summary>
    public IReadOnlyList<int> References()
    {
        var stage = _stages.Length > 1 ? _stages[^2] : _stages[^1];
        return new[] { (stage.First + stage.Last) / 2, stage.Last, Rungs.Count - 1 }.Distinct().ToArray();
    }

    /// <summary>The places of the highest rung of each block. A stem that stands alone is no block.</summary>
    public IReadOnlyList<int> BlockEnds() =>
        _stages.Where(stage => _stages.Length == 1 || stage.Last > 0 || Rungs[0].Cut > 1).Select(stage => stage.Last).ToArray();

    /// <summary>
    /// The place of the highest rung that frozen scores show to be clearly too low, -1 if none: counted from the input, as long as the score is below the lowest
    /// plus a quarter of the way to the highest, and never beyond the lower half.
    /// </summary>
    public int LastClearlyLow()
    {
        var known = Rungs.Select(rung => rung.FrozenScore ?? double.NaN).ToArray();
        if (!known.All(double.IsFinite))
        {
            return -1;
        }

        var bound = known.Min() + (ClearlyLow * (known.Max() - known.Min()));
        return known.Take(known.Length / 2).TakeWhile(score => score < bound).Count() - 1;
    }

    private static IEnumerable<(int First, int Last)> Stages(IReadOnlyList<SearchCandidate> rungs)
    {
        var first = 0;
        for (var place = 1; place <= rungs.Count; place++)
        {
            if (place == rungs.Count || !string.Equals(rungs[place].Stage, rungs[first].Stage, StringComparison.Ordinal))
            {
                yield return (first, place - 1);
                first = place;
            }
        }
    }
}
