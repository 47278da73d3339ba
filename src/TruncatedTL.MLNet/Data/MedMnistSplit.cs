namespace TruncatedTL.MLNet.Data;

/// <summary>One of the three fixed parts of a MedMNIST data set.</summary>
public enum MedMnistSplit
{
    /// <summary>For training: <c>train_images</c>, <c>train_labels</c>.</summary>
    Train,

    /// <summary>For choosing settings and stopping early: <c>val_images</c>, <c>val_labels</c>.</summary>
    Validation,

    /// <summary>For the final figures: <c>test_images</c>, <c>test_labels</c>.</summary>
    Test,
}
