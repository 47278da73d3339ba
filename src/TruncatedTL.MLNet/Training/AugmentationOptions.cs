namespace TruncatedTL.MLNet.Training;

/// <summary>
/// Random changes of training images; validation images are never changed. Crop, flips and rotation are one resampling per
/// image, so that an image is interpolated once. All random numbers depend only on the seed, the epoch and the position of the
/// image in the data.
/// </summary>
public sealed class AugmentationOptions
{
    /// <summary>Smallest area (3D: volume) of a random crop, as a share of the image. The crop is resized to the image's size. Default: 0.7.</summary>
    public double CropScaleMinimum = TrainingDefaults.CropScaleMinimum;

    /// <summary>Largest area (3D: volume) of a random crop, as a share of the image; with 1 for both, images are not cropped. Default: 1.</summary>
    public double CropScaleMaximum = TrainingDefaults.CropScaleMaximum;

    /// <summary>Smallest ratio of a crop's sides in pixels: width to height; in volumes width and height to depth. Drawn log-uniformly. Default: 0.9.</summary>
    public double CropRatioMinimum = TrainingDefaults.CropRatioMinimum;

    /// <summary>Largest ratio of a crop's sides in pixels: width to height; in volumes width and height to depth. Default: 1.1.</summary>
    public double CropRatioMaximum = TrainingDefaults.CropRatioMaximum;

    /// <summary>Probability of a mirror image left to right (along W). Default: 0.5.</summary>
    public double HorizontalFlip = TrainingDefaults.HorizontalFlip;

    /// <summary>Probability of a mirror image top to bottom (along H). Default: 0.</summary>
    public double VerticalFlip = TrainingDefaults.VerticalFlip;

    /// <summary>Probability of a mirror image along D; volumes only. Default: 0.</summary>
    public double DepthFlip = TrainingDefaults.DepthFlip;

    /// <summary>Largest rotation in degrees, drawn uniformly in both directions; for volumes about each of the three axes. Default: 10.</summary>
    public double RotationDegrees = TrainingDefaults.RotationDegrees;

    /// <summary>What a rotation turns in from outside of the image. Default: Border.</summary>
    public AugmentationPadding Padding = TrainingDefaults.Padding;

    /// <summary>Largest change of brightness: a share of the image's own mean, drawn uniformly in both directions, is added. Values are not clipped. Default: 0.1.</summary>
    public double Brightness = TrainingDefaults.Brightness;

    /// <summary>Largest change of contrast: differences from the image's own mean are multiplied by 1 plus or minus up to this. Values are not clipped. Default: 0.1.</summary>
    public double Contrast = TrainingDefaults.Contrast;

    /// <summary>
    /// Mixup (Zhang et al. 2017, arXiv 1710.09412): each image is blended with another one of the training set, lambda drawn from
    /// Beta(alpha, alpha), and so are their labels; 0 is off. Default: 0.
    /// </summary>
    public double MixupAlpha = TrainingDefaults.MixupAlpha;

    /// <summary>Options that change nothing, to switch single changes on.</summary>
    public static AugmentationOptions None() => new()
    {
        CropScaleMinimum = 1,
        CropScaleMaximum = 1,
        CropRatioMinimum = 1,
        CropRatioMaximum = 1,
        HorizontalFlip = 0,
        VerticalFlip = 0,
        DepthFlip = 0,
        RotationDegrees = 0,
        Brightness = 0,
        Contrast = 0,
        MixupAlpha = 0,
    };

    internal bool Crops => CropScaleMinimum < 1 || CropRatioMinimum != 1 || CropRatioMaximum != 1;

    internal bool Resamples => Crops || RotationDegrees > 0;

    internal bool ChangesIntensity => Brightness > 0 || Contrast > 0;

    /// <summary>A copy.</summary>
    public AugmentationOptions Clone() => (AugmentationOptions)MemberwiseClone();

    internal void Validate()
    {
        OptionChecks.Positive(CropScaleMinimum, 1, Field(nameof(CropScaleMinimum)));
        OptionChecks.InRange(CropScaleMaximum, CropScaleMinimum, 1, Field(nameof(CropScaleMaximum)));
        OptionChecks.Positive(CropRatioMinimum, double.MaxValue, Field(nameof(CropRatioMinimum)));
        OptionChecks.InRange(CropRatioMaximum, CropRatioMinimum, double.MaxValue, Field(nameof(CropRatioMaximum)));
        OptionChecks.InRange(HorizontalFlip, 0, 1, Field(nameof(HorizontalFlip)));
        OptionChecks.InRange(VerticalFlip, 0, 1, Field(nameof(VerticalFlip)));
        OptionChecks.InRange(DepthFlip, 0, 1, Field(nameof(DepthFlip)));
        OptionChecks.InRange(RotationDegrees, 0, 180, Field(nameof(RotationDegrees)));
        OptionChecks.Defined(Padding, Field(nameof(Padding)));
        OptionChecks.InRange(Brightness, 0, 1, Field(nameof(Brightness)));
        OptionChecks.InRange(Contrast, 0, 1, Field(nameof(Contrast)));
        OptionChecks.InRange(MixupAlpha, 0, 100, Field(nameof(MixupAlpha)));
    }

    private static string Field(string name) => $"{nameof(TrainingOptions.Augmentation)}.{name}";
}
