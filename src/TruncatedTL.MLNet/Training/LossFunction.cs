namespace TruncatedTL.MLNet.Training;

/// <summary>What is minimised. Both are computed on logits.</summary>
public enum LossFunction
{
    /// <summary>Cross-entropy: softmax for two or more outputs, sigmoid for one.</summary>
    CrossEntropy,

    /// <summary>Focal loss (Lin et al. 2017, arXiv 1708.02002): cross-entropy times (1 - p)^gamma, so that examples which are classified well count less.</summary>
    Focal,
}
