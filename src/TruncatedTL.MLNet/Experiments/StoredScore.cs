namespace TruncatedTL.MLNet.Experiments;

/// <summary>What became of a candidate.</summary>
/// <param name="Name">Its name.</param>
/// <param name="State">What has become of it.</param>
/// <param name="Score">The metric on the validation rows, in its own direction; null where there is none.</param>
/// <param name="Epochs">Epochs that each of its trainings has completed.</param>
internal sealed record StoredScore(string Name, TrialState State, double? Score, int Epochs);
