namespace TruncatedTL.MLNet.Search;

/// <summary>No search: the candidates of the given names are trained to their end, and the smallest of them that is not worse than the best is chosen.</summary>
public sealed class FixedSearch : SearchMethod
{
    /// <summary>Makes the method.</summary>
    /// <param name="candidates">Names of candidates (<see cref="SearchCandidate.Name"/>), at least one; case does not matter.</param>
    /// <exception cref="ArgumentException">There is no name, or an empty one, or one twice.</exception>
    public FixedSearch(IEnumerable<string> candidates)
    {
        ArgumentNullException.ThrowIfNull(candidates);
        Candidates = candidates.Select(name => name?.Trim() ?? string.Empty).ToArray();
        if (Candidates.Count == 0 || Candidates.Contains(string.Empty))
        {
            throw new ArgumentException("Name at least one candidate, and none by an empty name.", nameof(candidates));
        }

        if (Candidates.Distinct(StringComparer.OrdinalIgnoreCase).Count() < Candidates.Count)
        {
            throw new ArgumentException("A candidate is named twice.", nameof(candidates));
        }
    }

    /// <inheritdoc/>
    public override string Name => "Fixed";

    /// <summary>Names of the candidates.</summary>
    public IReadOnlyList<string> Candidates { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">No candidate has one of the names.</exception>
    public override SearchStep Next(SearchEvidence evidence)
    {
        var given = evidence.RequireCandidates().Where(candidate => Candidates.Contains(candidate.Name, StringComparer.OrdinalIgnoreCase)).ToArray();
        if (given.Length == 0)
        {
            throw new ArgumentException(
                $"None of {string.Join(", ", Candidates)} is a candidate (or it has failed or was ruled out). There are {string.Join(", ", evidence.Candidates.Select(candidate => candidate.Name))}.",
                nameof(evidence));
        }

        var absent = Candidates.Except(given.Select(candidate => candidate.Name), StringComparer.OrdinalIgnoreCase).ToArray();
        var note = absent.Length > 0 ? $" Not among the candidates: {string.Join(", ", absent)}." : string.Empty;
        var step = FinalRound.Train(evidence, given, given.Length == 1 ? RequestPurpose.Winner : RequestPurpose.Search, "What was asked for is trained to its end." + note);
        if (step is not null)
        {
            return step;
        }

        var choice = FinalRound.Choose(evidence, given, null, withinTolerance: true);
        return choice with { Reason = choice.Reason + note };
    }

    /// <inheritdoc/>
    public override string ToString() => MethodText.Write(Name, [.. Candidates.Select(MethodText.Quote)]);
}
