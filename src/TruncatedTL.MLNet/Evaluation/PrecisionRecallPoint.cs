namespace TruncatedTL.MLNet.Evaluation;

/// <summary>A point of a precision-recall curve: what calling every score of at least <paramref name="Threshold"/> positive gives.</summary>
/// <param name="Recall">Sensitivity.</param>
/// <param name="Precision">Positive predictive value.</param>
/// <param name="Threshold">The threshold.</param>
public sealed record PrecisionRecallPoint(double Recall, double Precision, double Threshold);
