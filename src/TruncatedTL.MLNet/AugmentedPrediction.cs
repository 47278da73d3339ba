namespace TruncatedTL.MLNet;

/// <summary>What a model says about several views of one image.</summary>
/// <param name="Mean">Mean probability of each class over the views, in the order of <see cref="TransferLearningTransformer.ClassNames"/>; they sum to 1.</param>
/// <param name="StandardDeviation">
/// Standard deviation of each class's probability over the views (divided by views - 1). It shows how sensitive the answer is to framing, not all that
/// the model does not know.
/// </param>
public sealed record AugmentedPrediction(IReadOnlyList<float> Mean, IReadOnlyList<float> StandardDeviation);
