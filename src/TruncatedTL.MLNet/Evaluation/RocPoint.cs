namespace TruncatedTL.MLNet.Evaluation;

/// <summary>A point of a ROC curve: what calling every score of at least <paramref name="Threshold"/> positive gives.</summary>
/// <param name="FalsePositiveRate">1 - specificity.</param>
/// <param name="TruePositiveRate">Sensitivity.</param>
/// <param name="Threshold">The threshold; infinite at the first point, where nothing is called positive.</param>
public sealed record RocPoint(double FalsePositiveRate, double TruePositiveRate, double Threshold);
