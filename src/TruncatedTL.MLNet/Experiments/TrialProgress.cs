namespace TruncatedTL.MLNet.Experiments;

/// <summary>How far a candidate is.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="State">What has become of it.</param>
/// <param name="Epochs">Epochs completed in all its trainings.</param>
/// <param name="Score">The metric so far, in its own direction; null before the first epoch.</param>
/// <param name="ParameterCount">Trainable parameters of backbone and head.</param>
/// <param name="MillisecondsPerImage">Measured milliseconds for one image; null where they were not measured.</param>
public sealed record TrialProgress(string Name, TrialState State, int Epochs, double? Score, long ParameterCount, double? MillisecondsPerImage);
