using TruncatedTL.MLNet.Evaluation.Statistics;

namespace TruncatedTL.MLNet.Evaluation;

/// <summary>
/// Means, over the classes that occur, of each class against the rest. A mean is undefined where its figure is undefined for a class that
/// occurs; classes that do not occur are named in the <see cref="MetricEstimate.Note"/>.
/// </summary>
public sealed class AveragedMetrics
{
    internal AveragedMetrics(MetricEstimator estimator, bool weighted)
    {
        AreaUnderRocCurve = estimator.Average(ClassificationMetric.AreaUnderRocCurve, weighted);
        AreaUnderPrecisionRecallCurve = estimator.Average(ClassificationMetric.AreaUnderPrecisionRecallCurve, weighted);
        Sensitivity = estimator.Average(ClassificationMetric.Sensitivity, weighted);
        Specificity = estimator.Average(ClassificationMetric.Specificity, weighted);
        PositivePredictiveValue = estimator.Average(ClassificationMetric.PositivePredictiveValue, weighted);
        NegativePredictiveValue = estimator.Average(ClassificationMetric.NegativePredictiveValue, weighted);
        F1Score = estimator.Average(ClassificationMetric.F1Score, weighted);
    }

    /// <inheritdoc cref="ClassificationMetric.AreaUnderRocCurve"/>
    public MetricEstimate AreaUnderRocCurve { get; }

    /// <inheritdoc cref="ClassificationMetric.AreaUnderPrecisionRecallCurve"/>
    public MetricEstimate AreaUnderPrecisionRecallCurve { get; }

    /// <inheritdoc cref="ClassificationMetric.Sensitivity"/>
    public MetricEstimate Sensitivity { get; }

    /// <inheritdoc cref="ClassificationMetric.Specificity"/>
    public MetricEstimate Specificity { get; }

    /// <inheritdoc cref="ClassificationMetric.PositivePredictiveValue"/>
    public MetricEstimate PositivePredictiveValue { get; }

    /// <inheritdoc cref="ClassificationMetric.NegativePredictiveValue"/>
    public MetricEstimate NegativePredictiveValue { get; }

    /// <inheritdoc cref="ClassificationMetric.F1Score"/>
    public MetricEstimate F1Score { get; }

    internal IEnumerable<(string Name, MetricEstimate Estimate)> Listed() =>
    [
        ("AUROC", AreaUnderRocCurve),
        ("AUPRC", AreaUnderPrecisionRecallCurve),
        ("sensitivity", Sensitivity),
        ("specificity", Specificity),
        ("PPV", PositivePredictiveValue),
        ("NPV", NegativePredictiveValue),
        ("F1", F1Score),
    ];
}
