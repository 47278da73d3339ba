using TruncatedTL.MLNet.Evaluation.Statistics;

namespace TruncatedTL.MLNet.Evaluation;

/// <summary>
/// The figures of a yes-or-no question, each with its confidence interval or with the reason why it is undefined. <see cref="ToString"/>
/// gives them as a table.
/// </summary>
public sealed class MedicalBinaryMetrics
{
    private readonly string _size;

    internal MedicalBinaryMetrics(MetricEstimator estimator)
    {
        var positive = new ClassMetrics(estimator, classIndex: 1);
        var kernel = estimator.Kernel;
        _size = FigureTable.Size(estimator);
        RowCount = kernel.Rows.Count;
        PatientCount = estimator.UnitCount;
        PositiveClassName = positive.ClassName;
        NegativeClassName = kernel.Rows.ClassNames[0];
        PositiveWeight = positive.Weight;
        DecisionRule = kernel.DecisionRule;
        AreaUnderRocCurve = positive.AreaUnderRocCurve;
        AreaUnderPrecisionRecallCurve = positive.AreaUnderPrecisionRecallCurve;
        Sensitivity = positive.Sensitivity;
        Specificity = positive.Specificity;
        PositivePredictiveValue = positive.PositivePredictiveValue;
        NegativePredictiveValue = positive.NegativePredictiveValue;
        F1Score = positive.F1Score;
        MacroF1Score = estimator.Average(ClassificationMetric.F1Score, weighted: false);
        Accuracy = estimator.OfWhole(ClassificationMetric.Accuracy);
        BalancedAccuracy = estimator.OfWhole(ClassificationMetric.BalancedAccuracy);
        MatthewsCorrelation = estimator.OfWhole(ClassificationMetric.MatthewsCorrelation);
        CohenKappa = estimator.OfWhole(ClassificationMetric.CohenKappa);
        LogLoss = estimator.OfWhole(ClassificationMetric.LogLoss);
        BrierScore = estimator.OfWhole(ClassificationMetric.BrierScore);
        CalibrationErrorEqualWidth = estimator.OfWhole(ClassificationMetric.CalibrationErrorEqualWidth);
        CalibrationErrorEqualMass = estimator.OfWhole(ClassificationMetric.CalibrationErrorEqualMass);
        ConfusionTable = estimator.Confusion();
        RocCurve = positive.RocCurve;
        PrecisionRecallCurve = positive.PrecisionRecallCurve;
        ReliabilityEqualWidth = kernel.Calibration?.EqualWidth(kernel.Weights) ?? [];
        ReliabilityEqualMass = kernel.Calibration?.EqualMass(kernel.Weights) ?? [];
    }

    /// <summary>Number of rows that were measured; of patients where they were aggregated.</summary>
    public int RowCount { get; }

    /// <summary>Number of patients; of rows where no groups were given.</summary>
    public int PatientCount { get; }

    /// <summary>Name of the positive class.</summary>
    public string PositiveClassName { get; }

    /// <summary>Name of the negative class.</summary>
    public string NegativeClassName { get; }

    /// <summary>Sum of the weights (without weights: the number) of the positives.</summary>
    public double PositiveWeight { get; }

    /// <summary>What was called positive, in words.</summary>
    public string DecisionRule { get; }

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

    /// <summary>Mean of the F1 scores of both classes.</summary>
    public MetricEstimate MacroF1Score { get; }

    /// <inheritdoc cref="ClassificationMetric.Accuracy"/>
    public MetricEstimate Accuracy { get; }

    /// <inheritdoc cref="ClassificationMetric.BalancedAccuracy"/>
    public MetricEstimate BalancedAccuracy { get; }

    /// <inheritdoc cref="ClassificationMetric.MatthewsCorrelation"/>
    public MetricEstimate MatthewsCorrelation { get; }

    /// <inheritdoc cref="ClassificationMetric.CohenKappa"/>
    public MetricEstimate CohenKappa { get; }

    /// <inheritdoc cref="ClassificationMetric.LogLoss"/>
    public MetricEstimate LogLoss { get; }

    /// <inheritdoc cref="ClassificationMetric.BrierScore"/>
    public MetricEstimate BrierScore { get; }

    /// <inheritdoc cref="ClassificationMetric.CalibrationErrorEqualWidth"/>
    public MetricEstimate CalibrationErrorEqualWidth { get; }

    /// <inheritdoc cref="ClassificationMetric.CalibrationErrorEqualMass"/>
    public MetricEstimate CalibrationErrorEqualMass { get; }

    /// <summary>How often each class was called which.</summary>
    public ConfusionTable ConfusionTable { get; }

    /// <summary>Points of the ROC curve, from the highest threshold to the lowest; empty where the area is undefined.</summary>
    public IReadOnlyList<RocPoint> RocCurve { get; }

    /// <summary>Points of the precision-recall curve, from the highest threshold to the lowest; empty where the area is undefined.</summary>
    public IReadOnlyList<PrecisionRecallPoint> PrecisionRecallCurve { get; }

    /// <summary>Bins of equal width that are not empty; none without probabilities.</summary>
    public IReadOnlyList<ReliabilityBin> ReliabilityEqualWidth { get; }

    /// <summary>Bins of equal weight that are not empty; none without probabilities.</summary>
    public IReadOnlyList<ReliabilityBin> ReliabilityEqualMass { get; }

    /// <summary>All figures with their intervals, one a line, and the confusion table.</summary>
    public override string ToString()
    {
        var heading = $"{_size}, {FigureTable.Number(PositiveWeight)} '{PositiveClassName}'; decision: {DecisionRule}";
        return FigureTable.Format(heading,
        [
            ("AUROC", AreaUnderRocCurve),
            ("AUPRC", AreaUnderPrecisionRecallCurve),
            ("sensitivity", Sensitivity),
            ("specificity", Specificity),
            ("PPV", PositivePredictiveValue),
            ("NPV", NegativePredictiveValue),
            ("F1", F1Score),
            ("macro F1", MacroF1Score),
            ("accuracy", Accuracy),
            ("balanced accuracy", BalancedAccuracy),
            ("MCC", MatthewsCorrelation),
            ("Cohen's kappa", CohenKappa),
            ("log-loss", LogLoss),
            ("Brier score", BrierScore),
            ("ECE, equal width", CalibrationErrorEqualWidth),
            ("ECE, equal mass", CalibrationErrorEqualMass),
        ]) + Environment.NewLine + ConfusionTable;
    }
}
