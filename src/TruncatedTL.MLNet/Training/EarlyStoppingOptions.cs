namespace TruncatedTL.MLNet.Training;

/// <summary>
/// How epochs are compared and when waiting for a better one ends. The weights of the best epoch are always restored; the
/// first of equally good epochs counts as the best.
/// </summary>
public sealed class EarlyStoppingOptions
{
    /// <summary>The metric on the validation set. Without a validation set the training loss is used instead. Default: Auroc.</summary>
    public ValidationMetric Metric = TrainingDefaults.Metric;

    /// <summary>Epochs without an improvement after which training stops; 0 never stops early. Epochs of the probe phase do not count. Default: 8.</summary>
    public int Patience = TrainingDefaults.Patience;

    /// <summary>How much better an epoch has to be, in units of the metric, to reset the waiting. The best weights follow any improvement. Default: 0.</summary>
    public double MinimumImprovement = TrainingDefaults.MinimumImprovement;

    /// <summary>A copy.</summary>
    public EarlyStoppingOptions Clone() => (EarlyStoppingOptions)MemberwiseClone();

    internal void Validate()
    {
        OptionChecks.Defined(Metric, $"{nameof(TrainingOptions.EarlyStopping)}.{nameof(Metric)}");
        OptionChecks.AtLeast(Patience, 0, $"{nameof(TrainingOptions.EarlyStopping)}.{nameof(Patience)}");
        OptionChecks.InRange(MinimumImprovement, 0, double.MaxValue, $"{nameof(TrainingOptions.EarlyStopping)}.{nameof(MinimumImprovement)}");
    }
}
