using System.Globalization;

namespace TruncatedTL.MLNet.Search;

/// <summary>What follows on the search proper: the winner's training to its end, what it is compared with, and the choice among all that came to their end.</summary>
internal static class FinalRound
{
    /// <summary>Full transfer on the winner's backbone, if the winner is not that, and candidates that are no rungs.</summary>
    public static IReadOnlyList<SearchCandidate> Controls(SearchEvidence evidence, IReadOnlyList<Ladder> ladders, SearchCandidate winner, bool trainControl, bool compareAll)
    {
        var full = evidence.Candidates.Where(candidate => trainControl && candidate.IsFullTransfer && candidate.Ladder == winner.Ladder);
        var others = Ladder.Others(evidence, ladders).Where(candidate => compareAll && !candidate.IsFullTransfer);
        return full.Concat(others).Where(candidate => candidate != winner).ToArray();
    }

    /// <summary>
    /// Who takes part in the choice. Rungs smaller than the winner were found worse by short trainings, and the best that they were compared with need not have come to
    /// its end: where their own training ended early, they do not come back unless they are as good as the winner, or were asked for.
    /// </summary>
    public static IReadOnlyList<SearchCandidate> Eligible(SearchEvidence evidence, IReadOnlyList<Ladder> ladders, SearchCandidate winner, IEnumerable<SearchCandidate> asked)
    {
        var worse = ladders
            .SelectMany(ladder => ladder.Rungs)
            .Where(rung => SizeOrder.Instance.Compare(rung, winner) < 0 && evidence.HasReached(rung, null) && evidence.SafeScore(rung, null) < evidence.SafeScore(winner, null));
        return evidence.Candidates.Except(worse.Except(asked)).ToArray();
    }

    /// <summary>Brings candidates to their end; null if all are there.</summary>
    public static SearchStep? Train(SearchEvidence evidence, IEnumerable<SearchCandidate> candidates, RequestPurpose purpose, string reason)
    {
        var requests = evidence.Missing(candidates, null, purpose);
        return requests.Count > 0 ? new SearchStep.Train(requests, reason) : null;
    }

    /// <summary>Chooses the smallest that is not worse than the best, or the best, among candidates that have come to their end.</summary>
    /// <param name="evidence">The evidence.</param>
    /// <param name="candidates">Who takes part; those that have not come to their end do not.</param>
    /// <param name="expected">Whom the search found, to say so where another is chosen.</param>
    /// <param name="withinTolerance">False for the highest score.</param>
    /// <exception cref="InvalidOperationException">None has a score that is a number.</exception>
    public static SearchStep.Choose Choose(SearchEvidence evidence, IEnumerable<SearchCandidate> candidates, SearchCandidate? expected, bool withinTolerance)
    {
        var ended = candidates.Where(candidate => evidence.HasReached(candidate, null) && double.IsFinite(evidence.SafeScore(candidate, null))).ToArray();
        if (ended.Length == 0)
        {
            throw new InvalidOperationException("No candidate that was trained to its end has a score that is a number.");
        }

        var best = evidence.Best(ended, null);
        var chosen = withinTolerance ? evidence.SmallestNotWorse(ended, best, null) : best;
        var reason = (chosen == best, ended.Length) switch
        {
            (true, 1) => $"{evidence.Describe(chosen, null)} is the only one that was trained to its end.",
            (true, _) when withinTolerance => $"{evidence.Describe(chosen, null)} is the best of {ended.Length} that were trained to their end, and no smaller one is within the tolerance.",
            (true, _) => $"{evidence.Describe(chosen, null)} is the best of {ended.Length} that were trained to their end; among equal scores the smallest is taken.",
            _ => $"{evidence.Describe(chosen, null)} is the smallest of {ended.Length} trained to their end that is not worse than the best, {evidence.Describe(best, null)}; the tolerance is {Number(evidence.SafeTolerance(chosen, best, null))}.",
        };
        if (expected is not null && chosen != expected)
        {
            var instead = ended.Contains(expected) && !evidence.IsNotWorse(expected, best, null)
                ? $"is worse by {Number(evidence.SafeScore(best, null) - evidence.SafeScore(expected, null))}, which is more than the tolerance of {Number(evidence.SafeTolerance(expected, best, null))}"
                : "is not smaller and not needed";
            reason += $" {expected.Name}, which the search had found, {instead}.";
        }

        return new SearchStep.Choose(chosen, reason);
    }

    private static string Number(double value) => value.ToString("0.000", CultureInfo.InvariantCulture);
}
