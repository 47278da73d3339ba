namespace TruncatedTL.MLNet.Training;

/// <summary>Which of two epochs is better, and by how much.</summary>
internal static class MetricComparison
{
    /// <summary>The metric's value in an epoch; the training loss where there is no validation set.</summary>
    /// <exception cref="InvalidOperationException">The metric is undefined for the epoch.</exception>
    public static double Value(EpochMetrics epoch, ValidationMetric metric, bool isOnValidation) => ValueOrNull(epoch, metric, isOnValidation)
        ?? throw new InvalidOperationException($"The metric {metric} is undefined in epoch {epoch.Epoch}.");

    /// <summary>How much better <paramref name="candidate"/> is than <paramref name="reference"/>; negative if worse.</summary>
    public static double Improvement(ValidationMetric metric, double candidate, double reference) =>
        metric == ValidationMetric.Loss ? reference - candidate : candidate - reference;

    private static double? ValueOrNull(EpochMetrics epoch, ValidationMetric metric, bool isOnValidation) => (isOnValidation, metric) switch
    {
        (false, _) => epoch.TrainLoss,
        (_, ValidationMetric.Loss) => epoch.ValidationLoss,
        (_, ValidationMetric.Accuracy) => epoch.ValidationAccuracy,
        (_, ValidationMetric.Auroc) => epoch.ValidationAuroc,
        (_, ValidationMetric.Auprc) => epoch.ValidationAuprc,
        _ => throw new ArgumentOutOfRangeException(nameof(metric), metric, "Unknown metric."),
    };
}
