using TruncatedTL.MLNet.Evaluation.Statistics;

namespace TruncatedTL.MLNet.Evaluation;

/// <summary>
/// The figures of a classification with two or more classes, each with its confidence interval or with the reason why it is
/// undefined. <see cref="ToString"/> gives them as a table.
/// </summary>
public sealed class MedicalClassificationMetrics
{
    private readonly string _size;
    private readonly int _topK;

    internal MedicalClassificationMetrics(MetricEstimator estimator, MedicalEvaluationOptions options)
    {
        var kernel = estimator.Kernel;
        _size = FigureTable.Size(estimator);
        _topK = options.TopK;
        RowCount = kernel.Rows.Count;
        PatientCount = estimator.UnitCount;
        Classes = Enumerable.Range(0, kernel.Rows.ClassCount).Select(c => new ClassMetrics(estimator, c)).ToArray();
        Macro = new AveragedMetrics(estimator, weighted: false);
        Weighted = new AveragedMetrics(estimator, weighted: true);
        Accuracy = estimator.OfWhole(ClassificationMetric.Accuracy);
        BalancedAccuracy = estimator.OfWhole(ClassificationMetric.BalancedAccuracy);
        MatthewsCorrelation = estimator.OfWhole(ClassificationMetric.MatthewsCorrelation);
        CohenKappa = estimator.OfWhole(ClassificationMetric.CohenKappa);
        QuadraticKappa = estimator.OfWhole(ClassificationMetric.QuadraticKappa);
        TopKAccuracy = estimator.OfWhole(ClassificationMetric.TopKAccuracy);
        LogLoss = estimator.OfWhole(ClassificationMetric.LogLoss);
        BrierScore = estimator.OfWhole(ClassificationMetric.BrierScore);
        CalibrationErrorEqualWidth = estimator.OfWhole(ClassificationMetric.CalibrationErrorEqualWidth);
        CalibrationErrorEqualMass = estimator.OfWhole(ClassificationMetric.CalibrationErrorEqualMass);
        ConfusionTable = estimator.Confusion();
        ReliabilityEqualWidth = kernel.Calibration?.EqualWidth(kernel.Weights) ?? [];
        ReliabilityEqualMass = kernel.Calibration?.EqualMass(kernel.Weights) ?? [];
    }

    /// <summary>Number of rows that were measured; of patients where they were aggregated.</summary>
    public int RowCount { get; }

    /// <summary>Number of patients; of rows where no groups were given.</summary>
    public int PatientCount { get; }

    /// <summary>Each class against the rest, in the order of the classes.</summary>
    public IReadOnlyList<ClassMetrics> Classes { get; }

    /// <summary>Plain means over the classes that occur.</summary>
    public AveragedMetrics Macro { get; }

    /// <summary>Means over the classes that occur, weighted by how often they do.</summary>
    public AveragedMetrics Weighted { get; }

    /// <inheritdoc cref="ClassificationMetric.Accuracy"/>
    public MetricEstimate Accuracy { get; }

    /// <inheritdoc cref="ClassificationMetric.BalancedAccuracy"/>
    public MetricEstimate BalancedAccuracy { get; }

    /// <inheritdoc cref="ClassificationMetric.MatthewsCorrelation"/>
    public MetricEstimate MatthewsCorrelation { get; }

    /// <inheritdoc cref="ClassificationMetric.CohenKappa"/>
    public MetricEstimate CohenKappa { get; }

    /// <inheritdoc cref="ClassificationMetric.QuadraticKappa"/>
    public MetricEstimate QuadraticKappa { get; }

    /// <inheritdoc cref="ClassificationMetric.TopKAccuracy"/>
    public MetricEstimate TopKAccuracy { get; }

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

    /// <summary>Bins of equal width that are not empty; none without probabilities.</summary>
    public IReadOnlyList<ReliabilityBin> ReliabilityEqualWidth { get; }

    /// <summary>Bins of equal weight that are not empty; none without probabilities.</summary>
    public IReadOnlyList<ReliabilityBin> ReliabilityEqualMass { get; }

    /// <summary>The figures of all classes, their means and each class, one a line, and the confusion table.</summary>
    public override string ToString()
    {
        var heading = $"{_size}, {Classes.Count} classes";
        var whole = FigureTable.Format(heading,
        [
            .. Macro.Listed().Select(figure => ($"macro {figure.Name}", figure.Estimate)),
            ("weighted AUROC", Weighted.AreaUnderRocCurve),
            ("weighted AUPRC", Weighted.AreaUnderPrecisionRecallCurve),
            ("weighted F1", Weighted.F1Score),
            ("accuracy", Accuracy),
            ("balanced accuracy", BalancedAccuracy),
            ("MCC", MatthewsCorrelation),
            ("Cohen's kappa", CohenKappa),
            ("quadratic kappa", QuadraticKappa),
            ($"top-{_topK} accuracy", TopKAccuracy),
            ("log-loss", LogLoss),
            ("Brier score", BrierScore),
            ("ECE, equal width", CalibrationErrorEqualWidth),
            ("ECE, equal mass", CalibrationErrorEqualMass),
        ]);
        return string.Join(Environment.NewLine, [whole, .. Classes.Select(metrics => metrics.ToString()), ConfusionTable.ToString()]);
    }
}
