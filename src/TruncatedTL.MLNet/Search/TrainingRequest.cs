namespace TruncatedTL.MLNet.Search;

/// <summary>Asks that a candidate be trained up to an epoch. A training that was stopped before goes on from there; no epoch is trained twice.</summary>
/// <param name="Candidate">What to train.</param>
/// <param name="Epochs">Epochs counted from its start; null trains to its end, wherever the training options place that.</param>
/// <param name="Purpose">What it is for, so that the ledger can tell the search's cost from that of controls.</param>
public sealed record TrainingRequest(SearchCandidate Candidate, int? Epochs, RequestPurpose Purpose);
