namespace TruncatedTL.MLNet.Experiments;

/// <summary>A score of the pretrained features at a cut, before any training.</summary>
internal sealed record PlannedFrozenScore(string Ladder, int Cut, string Score, double Value);
