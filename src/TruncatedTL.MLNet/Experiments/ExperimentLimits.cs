namespace TruncatedTL.MLNet.Experiments;

/// <summary>What an experiment may spend, and what the model may cost that it finds. Null is no limit.</summary>
/// <param name="MaxSeconds">Seconds of one call.</param>
/// <param name="MaxTrials">Candidates that are trained at all.</param>
/// <param name="MaxParameters">Trainable parameters of backbone and head.</param>
/// <param name="MaxMilliseconds">Measured milliseconds an image, one at a time.</param>
/// <param name="MaxModelBytes">Bytes of the exported network.</param>
internal sealed record ExperimentLimits(double? MaxSeconds, int? MaxTrials, long? MaxParameters, double? MaxMilliseconds, long? MaxModelBytes);
