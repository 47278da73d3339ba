namespace TruncatedTL.MLNet.Experiments;

/// <summary>A training that an experiment wants next, and that any process may carry out.</summary>
/// <param name="Index">Its place in the list, from 0.</param>
/// <param name="Candidate">Name of the candidate.</param>
/// <param name="Set">Name of the fold or repeat.</param>
/// <param name="Epochs">Epochs counted from its start; null for its end.</param>
/// <param name="Folder">Folder of the training.</param>
public sealed record PendingTrial(int Index, string Candidate, string Set, int? Epochs, string Folder);
