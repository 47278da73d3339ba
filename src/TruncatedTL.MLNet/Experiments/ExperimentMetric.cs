namespace TruncatedTL.MLNet.Experiments;

/// <summary>What an experiment optimises, on validation rows.</summary>
public enum ExperimentMetric
{
    /// <summary>Area under the ROC curve; with more than two classes the mean over classes, one-vs-rest.</summary>
    Auroc,

    /// <summary>Average precision (area under the precision-recall curve); with more than two classes the mean over classes, one-vs-rest.</summary>
    Auprc,

    /// <summary>Mean of -ln of the probability given to the class, in nats; lower is better.</summary>
    LogLoss,

    /// <summary>Share of rows whose class was predicted.</summary>
    Accuracy,

    /// <summary>Mean over classes of the share of their rows that was predicted (ML.NET's macro accuracy).</summary>
    BalancedAccuracy,
}
