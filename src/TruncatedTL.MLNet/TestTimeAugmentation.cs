using TruncatedTL.MLNet.Training;

namespace TruncatedTL.MLNet;

/// <summary>
/// Several views of every image are scored instead of one. Their mean is often a little better than the score of the image alone, and their spread says
/// how much the answer hangs on how the image happens to be framed.
/// </summary>
public sealed class TestTimeAugmentation
{
    /// <summary>Views of each image, at least 2; the first is the image as it is. Default: 8.</summary>
    public int Views = 8;

    /// <summary>
    /// What the other views are made by, as in training; mixup is not used. Null takes crops of 80 to 100 % of the image and nothing else. Add flips only
    /// where a mirror image means the same: hearts and livers have a side. Default: null.
    /// </summary>
    public AugmentationOptions? Augmentation;

    /// <summary>Seed of the views; the same seed gives the same views of the same rows, whatever the batch size is. Default: 1.</summary>
    public int Seed = 1;

    /// <summary>Most views at once, at least 1. Default: 32.</summary>
    public int BatchSize = 32;

    /// <summary>Ends early with an <see cref="OperationCanceledException"/>; looked at before each batch. Default: none.</summary>
    public CancellationToken CancellationToken;

    internal AugmentationOptions Validated()
    {
        OptionChecks.AtLeast(Views, 2, nameof(Views));
        OptionChecks.AtLeast(BatchSize, 1, nameof(BatchSize));
        var augmentation = Augmentation?.Clone() ?? DefaultAugmentation();
        augmentation.Validate();
        return augmentation;
    }

    private static AugmentationOptions DefaultAugmentation()
    {
        var options = AugmentationOptions.None();
        options.CropScaleMinimum = 0.8;
        return options;
    }
}
