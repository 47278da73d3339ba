namespace TruncatedTL.MLNet.Training;

/// <summary>The number by which epochs are compared.</summary>
public enum ValidationMetric
{
    /// <summary>The loss that is trained, on the validation set, without mixup; lower is better.</summary>
    Loss,

    /// <summary>Share of examples classified correctly; higher is better.</summary>
    Accuracy,

    /// <summary>Area under the ROC curve; of class 1 for one output, else the mean over classes one-vs-rest. Higher is better.</summary>
    Auroc,

    /// <summary>Average precision (area under the precision-recall curve); of class 1 for one output, else the mean over classes one-vs-rest. Higher is better.</summary>
    Auprc,
}
