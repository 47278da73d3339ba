namespace TruncatedTL.MLNet.Evaluation;

/// <summary>What is measured, and how its intervals are found.</summary>
public sealed class MedicalEvaluationOptions
{
    /// <summary>Level of the confidence intervals, between 0.5 and 1. Default: 0.95.</summary>
    public double ConfidenceLevel = 0.95;

    /// <summary>
    /// Bootstrap resamples, at least 100; 0 does without, and leaves figures without an interval that only a bootstrap can give.
    /// Default: 2000.
    /// </summary>
    public int Resamples = 2000;

    /// <summary>How intervals are read from the bootstrap. Default: Bca.</summary>
    public BootstrapInterval BootstrapInterval = BootstrapInterval.Bca;

    /// <summary>The interval of proportions. Default: Wilson.</summary>
    public ProportionInterval ProportionInterval = ProportionInterval.Wilson;

    /// <summary>What is reported as AUPRC. Default: AveragePrecision.</summary>
    public PrecisionRecallArea PrecisionRecallArea = PrecisionRecallArea.AveragePrecision;

    /// <summary>Whether, and how, a patient's rows become one before anything is measured; needs groups. Default: None.</summary>
    public PatientAggregation Aggregation = PatientAggregation.None;

    /// <summary>
    /// Two classes only: rows with at least this probability are called positive. Fix it on validation data. Null takes the model's own
    /// decision where there is one and patients are not aggregated, else 0.5 (0 where there are scores but no probabilities). Default: null.
    /// </summary>
    public double? Threshold;

    /// <summary>More than two classes only: the k of top-k accuracy, at least 1. Default: 2.</summary>
    public int TopK = 2;

    /// <summary>Bins of the calibration error and of the reliability diagram, at least 1. Default: 10.</summary>
    public int CalibrationBins = 10;

    /// <summary>Seed of the bootstrap; the same seed gives the same intervals on any number of threads. Default: 1.</summary>
    public int Seed = 1;

    /// <summary>Most threads of the bootstrap; null takes what the machine has. Default: null.</summary>
    public int? MaximumThreads;

    /// <summary>Ends the bootstrap early with an <see cref="OperationCanceledException"/>. Default: none.</summary>
    public CancellationToken CancellationToken;

    /// <summary>The same options for figures alone, without bootstrap.</summary>
    internal MedicalEvaluationOptions WithoutResamples()
    {
        var copy = (MedicalEvaluationOptions)MemberwiseClone();
        copy.Resamples = 0;
        return copy;
    }

    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    internal void Check()
    {
        Require(ConfidenceLevel is > 0.5 and < 1, nameof(ConfidenceLevel), ConfidenceLevel, "must lie between 0.5 and 1");
        Require(Resamples is 0 or >= 100, nameof(Resamples), Resamples, "must be 0 or at least 100");
        Require(Enum.IsDefined(BootstrapInterval), nameof(BootstrapInterval), BootstrapInterval, "is not one of the kinds");
        Require(Enum.IsDefined(ProportionInterval), nameof(ProportionInterval), ProportionInterval, "is not one of the kinds");
        Require(Enum.IsDefined(PrecisionRecallArea), nameof(PrecisionRecallArea), PrecisionRecallArea, "is not one of the kinds");
        Require(Enum.IsDefined(Aggregation), nameof(Aggregation), Aggregation, "is not one of the kinds");
        Require(Threshold is null || double.IsFinite(Threshold.Value), nameof(Threshold), Threshold, "must be a number");
        Require(TopK >= 1, nameof(TopK), TopK, "must be at least 1");
        Require(CalibrationBins is >= 1 and <= 10_000, nameof(CalibrationBins), CalibrationBins, "must lie between 1 and 10000");
        Require(MaximumThreads is null or >= 1, nameof(MaximumThreads), MaximumThreads, "must be at least 1");
    }

    private static void Require(bool condition, string option, object? value, string what)
    {
        if (!condition)
        {
            throw new ArgumentOutOfRangeException(option, value, $"{option} {what}.");
        }
    }
}
