namespace TruncatedTL.MLNet.Experiments;

/// <summary>Which rows one training of a candidate learns from and which it is validated on: a fold, a repeat, or all there is.</summary>
/// <param name="Name">E.g. <c>fold 2</c>.</param>
/// <param name="Seed">Seed of order, augmentation and initial weights.</param>
/// <param name="TrainingRows">Positions in the stored training rows; null for all.</param>
/// <param name="ValidationRows">Positions in the stored training rows; null for the stored validation rows, all of them.</param>
internal sealed record PlannedSet(string Name, int Seed, IReadOnlyList<int>? TrainingRows, IReadOnlyList<int>? ValidationRows);
