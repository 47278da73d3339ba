using TruncatedTL.MLNet.Evaluation.Statistics;

namespace TruncatedTL.MLNet.Evaluation;

/// <summary>The figures of one class against the rest.</summary>
public sealed class ClassMetrics
{
    internal ClassMetrics(MetricEstimator estimator, int classIndex)
    {
        ClassName = estimator.Kernel.Rows.ClassNames[classIndex];
        Weight = estimator.WeightOf(classIndex);
        AreaUnderRocCurve = estimator.OfClass(ClassificationMetric.AreaUnderRocCurve, classIndex);
        AreaUnderPrecisionRecallCurve = estimator.OfClass(ClassificationMetric.AreaUnderPrecisionRecallCurve, classIndex);
        Sensitivity = estimator.OfClass(ClassificationMetric.Sensitivity, classIndex);
        Specificity = estimator.OfClass(ClassificationMetric.Specificity, classIndex);
        PositivePredictiveValue = estimator.OfClass(ClassificationMetric.PositivePredictiveValue, classIndex);
        NegativePredictiveValue = estimator.OfClass(ClassificationMetric.NegativePredictiveValue, classIndex);
        F1Score = estimator.OfClass(ClassificationMetric.F1Score, classIndex);
        (RocCurve, PrecisionRecallCurve) = estimator.Kernel.ColumnOf(classIndex)!.Curves(estimator.Kernel.Weights);
    }

    /// <summary>Name of the class.</summary>
    public string ClassName { get; }

    /// <summary>Sum of the weights (without weights: the number) of its rows.</summary>
    public double Weight { get; }

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

    /// <summary>Points of the ROC curve, from the highest threshold to the lowest; empty where the area is undefined.</summary>
    public IReadOnlyList<RocPoint> RocCurve { get; }

    /// <summary>Points of the precision-recall curve, from the highest threshold to the lowest; empty where the area is undefined.</summary>
    public IReadOnlyList<PrecisionRecallPoint> PrecisionRecallCurve { get; }

    /// <summary>The figures, one a line.</summary>
    public override string ToString() => FigureTable.Format($"class '{ClassName}' against the rest, {FigureTable.Number(Weight)}", Listed());

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
