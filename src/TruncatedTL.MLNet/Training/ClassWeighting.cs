namespace TruncatedTL.MLNet.Training;

/// <summary>How much an example of each class counts in the loss.</summary>
public enum ClassWeighting
{
    /// <summary>All classes count the same per example.</summary>
    None,

    /// <summary>Inverse frequency in the training split in hand: examples / (classes present x examples of the class), 1 on average. A class without examples gets 1.</summary>
    Balanced,

    /// <summary>The weights in <see cref="TrainingOptions.ClassWeights"/>.</summary>
    Explicit,
}
