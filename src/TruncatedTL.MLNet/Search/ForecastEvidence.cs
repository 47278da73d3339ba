namespace TruncatedTL.MLNet.Search;

/// <summary>Evidence in which trainings come true at once, with assumed scores where real ones are unknown.</summary>
internal sealed class ForecastEvidence : SearchEvidence
{
    private readonly SearchEvidence _known;
    private readonly int _epochsToEnd;
    private readonly Dictionary<string, (int Epochs, bool Ended)> _reached;
    private readonly Dictionary<string, double> _assumed;

    public ForecastEvidence(SearchEvidence known, int epochsToEnd, ForecastAssumption assumption, bool fromStart)
    {
        ArgumentNullException.ThrowIfNull(known);
        ArgumentOutOfRangeException.ThrowIfLessThan(epochsToEnd, 1);
        _known = known;
        _epochsToEnd = Math.Min(epochsToEnd, known.MaxEpochs);
        Candidates = known.Candidates;
        _reached = Candidates.ToDictionary(
            candidate => candidate.Name,
            candidate => fromStart ? (0, false) : (known.EpochsReached(candidate), known.HasReached(candidate, null)));
        var best = Candidates
            .Where(candidate => known.EpochsReached(candidate) > 0)
            .Select(candidate => known.SafeScore(candidate, known.EpochsReached(candidate)))
            .Where(double.IsFinite)
            .DefaultIfEmpty(0)
            .Max();

        // Tolerance is nothing where a score is assumed, so any fall will do for "smaller is worse".
        var fall = assumption == ForecastAssumption.LargerIsBetter ? 1e-6 * (1 + Math.Abs(best)) : 0;
        _assumed = Candidates
            .OrderDescending(SizeOrder.Instance)
            .Select((candidate, rank) => (candidate.Name, Score: best - (rank * fall)))
            .ToDictionary(pair => pair.Name, pair => pair.Score);
    }

    public override IReadOnlyList<SearchCandidate> Candidates { get; }

    public override int MaxEpochs => _known.MaxEpochs;

    public override bool HasReached(SearchCandidate candidate, int? epochs)
    {
        var (reached, ended) = _reached[candidate.Name];
        return ended || reached >= epochs;
    }

    public override int EpochsReached(SearchCandidate candidate) => _reached[candidate.Name].Epochs;

    public override double Score(SearchCandidate candidate, int? epochs) =>
        _known.HasReached(candidate, epochs) ? _known.Score(candidate, epochs) : _assumed[candidate.Name];

    public override double Tolerance(SearchCandidate candidate, SearchCandidate best, int? epochs) =>
        _known.HasReached(candidate, epochs) && _known.HasReached(best, epochs) ? _known.Tolerance(candidate, best, epochs) : 0;

    /// <summary>Does as asked.</summary>
    public ForecastTraining Carry(TrainingRequest request)
    {
        var (from, ended) = _reached[request.Candidate.Name];
        var end = EndOf(request.Candidate);
        var to = ended ? from : Math.Max(from, Math.Min(request.Epochs ?? end, end));
        _reached[request.Candidate.Name] = (to, ended || to >= end);
        return new ForecastTraining(request.Candidate, from, to, request.Purpose);
    }

    private int EndOf(SearchCandidate candidate)
    {
        var reached = _known.EpochsReached(candidate);
        return _known.HasReached(candidate, null) ? reached : Math.Min(Math.Max(_epochsToEnd, reached + 1), MaxEpochs);
    }
}
