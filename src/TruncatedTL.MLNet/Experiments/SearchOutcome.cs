namespace TruncatedTL.MLNet.Experiments;

/// <summary>How a search ended.</summary>
/// <param name="Winner">The candidate that was chosen.</param>
/// <param name="Reason">Why, a sentence.</param>
/// <param name="EndedEarly">Why the search could not go on, a sentence; null where it came to its own end.</param>
/// <param name="Decisions">Its steps as sentences.</param>
internal sealed record SearchOutcome(PlannedCandidate Winner, string Reason, string? EndedEarly, IReadOnlyList<string> Decisions);
