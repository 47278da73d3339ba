using TruncatedTL.MLNet.Evaluation;
using TruncatedTL.MLNet.Evaluation.Statistics;
using TruncatedTL.MLNet.Training;

namespace TruncatedTL.MLNet.Reporting.Analysis;

/// <summary>The metric of a report: which figure of an evaluation it is, and where it stands in the history of a training.</summary>
internal sealed class ReportMetric
{
    private static readonly Dictionary<string, (string Name, ClassificationMetric Metric)> Known = new(StringComparer.OrdinalIgnoreCase)
    {
        ["AUROC"] = ("AUROC", ClassificationMetric.AreaUnderRocCurve),
        ["AUPRC"] = ("AUPRC", ClassificationMetric.AreaUnderPrecisionRecallCurve),
        ["log-loss"] = ("log-loss", ClassificationMetric.LogLoss),
        ["accuracy"] = ("accuracy", ClassificationMetric.Accuracy),
        ["balanced accuracy"] = ("balanced accuracy", ClassificationMetric.BalancedAccuracy),
    };

    private readonly bool _isBinary;

    /// <exception cref="ArgumentException">There is no such metric, or its direction is not the one that is said.</exception>
    public ReportMetric(ReportInput input)
    {
        if (!Known.TryGetValue(input.MetricName, out var known))
        {
            throw new ArgumentException($"There is no metric '{input.MetricName}' to report; the metrics are {string.Join(", ", Known.Keys)}.", nameof(input));
        }

        (var plain, Metric) = known;
        _isBinary = input.IsBinary;
        IsHigherBetter = !MetricLayout.IsLowerBetter(Metric);
        if (IsHigherBetter != input.IsHigherBetter)
        {
            throw new ArgumentException($"Of {plain} {(IsHigherBetter ? "more" : "less")} is better; the input says the opposite.", nameof(input));
        }

        Name = _isBinary || !MetricLayout.IsPerClass(Metric) ? plain : "macro " + plain;
    }

    public string Name { get; }

    public ClassificationMetric Metric { get; }

    public bool IsHigherBetter { get; }

    /// <summary>The figure with its interval: by formula where there is one, else by the options' bootstrap.</summary>
    public MetricEstimate Measure(ScoredExamples examples, MedicalEvaluationOptions options)
    {
        // Each figure of an evaluation costs its resamples; a formula needs none.
        var hasFormula = examples.Rows.AreIndependentAndUnweighted
            && options.Aggregation == PatientAggregation.None
            && (Metric == ClassificationMetric.Accuracy || (Metric == ClassificationMetric.AreaUnderRocCurve && _isBinary));
        var estimator = new MetricEstimator(examples.Rows, hasFormula ? options.WithoutResamples() : options);
        var estimate = !MetricLayout.IsPerClass(Metric) ? estimator.OfWhole(Metric)
            : _isBinary ? estimator.OfClass(Metric, 1)
            : estimator.Average(Metric, weighted: false);

        // What this report did without on purpose needs no remark in every row.
        var notes = estimate.Note?.Split("; ").Where(note => note != BootstrapDistribution.NotAskedFor).ToArray();
        return estimate with { Note = notes is null or [] ? null : string.Join("; ", notes) };
    }

    /// <summary>The metric of an epoch; null where the history does not hold it.</summary>
    public double? OfEpoch(EpochMetrics epoch) => Metric switch
    {
        ClassificationMetric.AreaUnderRocCurve => epoch.ValidationAuroc,
        ClassificationMetric.AreaUnderPrecisionRecallCurve => epoch.ValidationAuprc,
        ClassificationMetric.LogLoss => epoch.ValidationLoss,
        ClassificationMetric.Accuracy => epoch.ValidationAccuracy,
        _ => null,
    };

    /// <summary>Whether the first value is better.</summary>
    public bool IsBetter(double first, double second) => IsHigherBetter ? first > second : first < second;
}
