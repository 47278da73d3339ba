using TruncatedTL.MLNet.Search;

namespace TruncatedTL.MLNet.Experiments;

/// <summary>A training of a round, as <c>round.json</c> has it.</summary>
/// <param name="Candidate">Its place in the plan.</param>
/// <param name="Set">Index of its set of rows.</param>
/// <param name="Epochs">How many epochs it is to have, counted from its start; null for its end.</param>
/// <param name="Purpose">What they are for.</param>
internal sealed record RoundEntry(int Candidate, int Set, int? Epochs, RequestPurpose Purpose);
