using System.Globalization;

namespace TruncatedTL.MLNet.Search;

/// <summary>Compares candidates by the evidence. A score that is no number is below all others, so that it never wins.</summary>
internal static class EvidenceComparison
{
    /// <summary>The candidates, of which there must be one.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static IReadOnlyList<SearchCandidate> RequireCandidates(this SearchEvidence evidence)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        return evidence.Candidates.Count > 0
            ? evidence.Candidates
            : throw new ArgumentException("There is nothing to search among: every candidate has failed or was ruled out.", nameof(evidence));
    }

    public static double SafeScore(this SearchEvidence evidence, SearchCandidate candidate, int? epochs)
    {
        var score = evidence.Score(candidate, epochs);
        return double.IsNaN(score) ? double.NegativeInfinity : score;
    }

    public static double SafeTolerance(this SearchEvidence evidence, SearchCandidate candidate, SearchCandidate best, int? epochs)
    {
        var tolerance = evidence.Tolerance(candidate, best, epochs);
        return tolerance > 0 ? tolerance : 0;
    }

    /// <summary>The highest score; among equals the smallest network.</summary>
    public static SearchCandidate Best(this SearchEvidence evidence, IEnumerable<SearchCandidate> candidates, int? epochs) =>
        evidence.Ranked(candidates, epochs).First();

    /// <summary>From the highest score to the lowest; among equals the smaller network first.</summary>
    public static IOrderedEnumerable<SearchCandidate> Ranked(this SearchEvidence evidence, IEnumerable<SearchCandidate> candidates, int? epochs) =>
        candidates.OrderByDescending(candidate => evidence.SafeScore(candidate, epochs)).ThenBy(candidate => candidate, SizeOrder.Instance);

    public static bool IsNotWorse(this SearchEvidence evidence, SearchCandidate candidate, SearchCandidate best, int? epochs)
    {
        if (candidate == best)
        {
            return true;
        }

        var score = evidence.SafeScore(candidate, epochs);
        return double.IsFinite(score) && score >= evidence.SafeScore(best, epochs) - evidence.SafeTolerance(candidate, best, epochs);
    }

    /// <summary>The smallest network within the tolerance of <paramref name="best"/>; among networks of one size the one with the higher score.</summary>
    public static SearchCandidate SmallestNotWorse(this SearchEvidence evidence, IEnumerable<SearchCandidate> candidates, SearchCandidate best, int? epochs) =>
        candidates
            .Where(candidate => evidence.IsNotWorse(candidate, best, epochs))
            .OrderBy(candidate => candidate, SizeOrder.WithoutName)
            .ThenByDescending(candidate => evidence.SafeScore(candidate, epochs))
            .ThenBy(candidate => candidate, SizeOrder.Instance)
            .First();

    /// <summary>Requests for those that have not been trained that far, in an order of their own: smaller first.</summary>
    public static IReadOnlyList<TrainingRequest> Missing(this SearchEvidence evidence, IEnumerable<SearchCandidate> candidates, int? epochs, RequestPurpose purpose) =>
        candidates
            .Where(candidate => !evidence.HasReached(candidate, epochs))
            .Distinct()
            .Order(SizeOrder.Instance)
            .Select(candidate => new TrainingRequest(candidate, epochs, purpose))
            .ToArray();

    /// <summary>Name, size and score, e.g. <c>Truncated(layer3.1) (4.08M parameters, score 0.785)</c>.</summary>
    public static string Describe(this SearchEvidence evidence, SearchCandidate candidate, int? epochs) =>
        string.Create(CultureInfo.InvariantCulture, $"{candidate.Name} ({candidate.ParameterCount / 1e6:0.00#}M parameters, score {evidence.Score(candidate, epochs):0.000})");
}
