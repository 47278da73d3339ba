namespace TruncatedTL.MLNet.Tool.Data;

/// <summary>What a model says about a file.</summary>
/// <param name="Path">The file.</param>
/// <param name="Predicted">Name of the predicted class; null where the file cannot be read.</param>
/// <param name="Probabilities">One a class, in the order of the model's classes; likewise.</param>
/// <param name="OutOfDistribution">How unlike the training images it is, from 1 on more than nearly all of the validation images; null where the model does not score it.</param>
/// <param name="Error">Why the file cannot be read; null where it can.</param>
internal sealed record FilePrediction(string Path, string? Predicted, IReadOnlyList<float>? Probabilities, float? OutOfDistribution, string? Error);
