namespace TruncatedTL.MLNet.Evaluation;

/// <summary>A bin of a reliability diagram: what was promised and what came.</summary>
/// <param name="Lowest">The lowest probability in the bin.</param>
/// <param name="Highest">The highest probability in the bin.</param>
/// <param name="MeanProbability">The mean probability.</param>
/// <param name="ObservedShare">
/// The share of rows for which it came true: positives with two classes, correct predictions with more (there the probability is
/// that of the predicted class).
/// </param>
/// <param name="Weight">The sum of the rows' weights; their number, without weights.</param>
public sealed record ReliabilityBin(double Lowest, double Highest, double MeanProbability, double ObservedShare, double Weight);
