namespace TruncatedTL.MLNet.Training;

/// <summary>
/// Random changes of training images and volumes; validation images are never changed. All changes of geometry are one
/// resampling per image, so that an image is interpolated once. All random numbers depend only on the seed, the epoch and the
/// position of the image in the data. What suits a modality is in <see cref="ForXRay"/>, <see cref="ForCT"/> and so on; what
/// options do to real images shows <see cref="AugmentationPreview"/>.
/// </summary>
/// <remarks>
/// Intensities change in this order: brightness and contrast, the same for each channel, saturation and hue, gamma, blur,
/// speckle, noise; as light passes through object, optics and sensor. Values are never clipped.
/// </remarks>
public sealed partial class AugmentationOptions
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

    /// <summary>
    /// Largest rotation in degrees, drawn uniformly in both directions, in the plane of H and W; in volumes also in the planes of D
    /// and W and of D and H, unless <see cref="ThroughPlaneRotationDegrees"/> says otherwise. Default: 10.
    /// </summary>
    public double RotationDegrees = TrainingDefaults.RotationDegrees;

    /// <summary>
    /// Largest rotation of volumes out of the plane of H and W, in degrees of voxel space; 0 rotates within the slices only, null
    /// is as <see cref="RotationDegrees"/>. Voxels are taken as cubes: where slices lie farther apart than pixels, a rotation
    /// through them bends the anatomy, so that this should be small or 0. Default: null.
    /// </summary>
    public double? ThroughPlaneRotationDegrees;

    /// <summary>Smallest magnification about the centre, drawn log-uniformly; below 1, what lies outside of the image comes into view. Default: 1.</summary>
    public double ScaleMinimum = TrainingDefaults.ScaleMinimum;

    /// <summary>Largest magnification about the centre. Default: 1.</summary>
    public double ScaleMaximum = TrainingDefaults.ScaleMaximum;

    /// <summary>Largest shift along each axis, as a share of its length, drawn uniformly in both directions. Default: 0.</summary>
    public double Translation = TrainingDefaults.Translation;

    /// <summary>
    /// Largest elastic deformation: root mean square of the displacements as a share of the shortest side (of the axes longer than
    /// one), drawn uniformly from 0. Above about 0.1 an image may fold over itself at places. Default: 0.
    /// </summary>
    public double ElasticMagnitude = TrainingDefaults.ElasticMagnitude;

    /// <summary>How fine an elastic deformation is: the most half waves along an axis, 1 to 16. Default: 4.</summary>
    public int ElasticWaves = TrainingDefaults.ElasticWaves;

    /// <summary>
    /// Probability, for each image and each of crop, rotation, scale, translation and elastic deformation, that it takes place.
    /// Flips have their own probabilities. Default: 1.
    /// </summary>
    public double GeometryProbability = TrainingDefaults.GeometryProbability;

    /// <summary>What comes in from outside of the image. Default: Border.</summary>
    public AugmentationPadding Padding = TrainingDefaults.Padding;

    /// <summary>Largest change of brightness: a share of the image's own mean, drawn uniformly in both directions, is added. Values are not clipped. Default: 0.1.</summary>
    public double Brightness = TrainingDefaults.Brightness;

    /// <summary>Largest change of contrast: differences from the image's own mean are multiplied by 1 plus or minus up to this. Values are not clipped. Default: 0.1.</summary>
    public double Contrast = TrainingDefaults.Contrast;

    /// <summary>As <see cref="Brightness"/>, but drawn for each channel: a shift by a share of the channel's own mean, as of white balance or stain. Default: 0.</summary>
    public double ChannelBrightness = TrainingDefaults.ChannelBrightness;

    /// <summary>As <see cref="Contrast"/>, but drawn for each channel, about the channel's own mean. Default: 0.</summary>
    public double ChannelContrast = TrainingDefaults.ChannelContrast;

    /// <summary>Largest change of saturation: differences between the channels of a pixel are multiplied by 1 plus or minus up to this. Images of three channels only. Default: 0.</summary>
    public double Saturation = TrainingDefaults.Saturation;

    /// <summary>Largest change of hue: colours turn about the grey axis by up to this, in degrees, in both directions. Images of three channels only. Default: 0.</summary>
    public double HueDegrees = TrainingDefaults.HueDegrees;

    /// <summary>
    /// Smallest exponent of gamma, drawn log-uniformly: with the image's own smallest and largest value at 0 and 1, values are raised
    /// to it; below 1 brightens the middle. Default: 1.
    /// </summary>
    public double GammaMinimum = TrainingDefaults.GammaMinimum;

    /// <summary>Largest exponent of gamma. Default: 1.</summary>
    public double GammaMaximum = TrainingDefaults.GammaMaximum;

    /// <summary>Largest standard deviation of a Gaussian blur in pixels (voxels, along every axis), drawn uniformly from 0. Default: 0.</summary>
    public double BlurSigma = TrainingDefaults.BlurSigma;

    /// <summary>
    /// Largest standard deviation of multiplicative noise, drawn uniformly from 0: differences from the image's own smallest value are
    /// multiplied by 1 plus noise, so that bright places vary more than dark ones, as in coherent imaging. Default: 0.
    /// </summary>
    public double SpeckleNoise = TrainingDefaults.SpeckleNoise;

    /// <summary>Largest standard deviation of additive Gaussian noise, as a share of the image's own standard deviation, drawn uniformly from 0. Default: 0.</summary>
    public double GaussianNoise = TrainingDefaults.GaussianNoise;

    /// <summary>
    /// Probability, for each image and each of brightness, contrast, their changes by channel, saturation, hue, gamma, blur, speckle
    /// and noise, that it takes place. Default: 1.
    /// </summary>
    public double IntensityProbability = TrainingDefaults.IntensityProbability;

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

    internal bool Rotates => RotationDegrees > 0 || ThroughPlaneRotationDegrees > 0;

    internal bool Scales => ScaleMinimum != 1 || ScaleMaximum != 1;

    internal bool Resamples => GeometryProbability > 0 && (Crops || Rotates || Scales || Translation > 0 || ElasticMagnitude > 0);

    internal bool ChangesNothing => MixupAlpha == 0 && !Resamples && HorizontalFlip == 0 && VerticalFlip == 0 && DepthFlip == 0
        && (IntensityProbability == 0
            || (Brightness == 0 && Contrast == 0 && ChannelBrightness == 0 && ChannelContrast == 0 && Saturation == 0 && HueDegrees == 0
                && GammaMinimum == 1 && GammaMaximum == 1 && BlurSigma == 0 && SpeckleNoise == 0 && GaussianNoise == 0));

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
        OptionChecks.InRange(ThroughPlaneRotationDegrees ?? 0, 0, 180, Field(nameof(ThroughPlaneRotationDegrees)));
        OptionChecks.InRange(ScaleMinimum, 0.1, 10, Field(nameof(ScaleMinimum)));
        OptionChecks.InRange(ScaleMaximum, ScaleMinimum, 10, Field(nameof(ScaleMaximum)));
        OptionChecks.InRange(Translation, 0, 1, Field(nameof(Translation)));
        OptionChecks.InRange(ElasticMagnitude, 0, 0.2, Field(nameof(ElasticMagnitude)));
        OptionChecks.InRange(ElasticWaves, 1, 16, Field(nameof(ElasticWaves)));
        OptionChecks.InRange(GeometryProbability, 0, 1, Field(nameof(GeometryProbability)));
        OptionChecks.Defined(Padding, Field(nameof(Padding)));
        OptionChecks.InRange(Brightness, 0, 1, Field(nameof(Brightness)));
        OptionChecks.InRange(Contrast, 0, 1, Field(nameof(Contrast)));
        OptionChecks.InRange(ChannelBrightness, 0, 1, Field(nameof(ChannelBrightness)));
        OptionChecks.InRange(ChannelContrast, 0, 1, Field(nameof(ChannelContrast)));
        OptionChecks.InRange(Saturation, 0, 1, Field(nameof(Saturation)));
        OptionChecks.InRange(HueDegrees, 0, 180, Field(nameof(HueDegrees)));
        OptionChecks.InRange(GammaMinimum, 0.1, 10, Field(nameof(GammaMinimum)));
        OptionChecks.InRange(GammaMaximum, GammaMinimum, 10, Field(nameof(GammaMaximum)));
        OptionChecks.InRange(BlurSigma, 0, 10, Field(nameof(BlurSigma)));
        OptionChecks.InRange(SpeckleNoise, 0, 1, Field(nameof(SpeckleNoise)));
        OptionChecks.InRange(GaussianNoise, 0, 1, Field(nameof(GaussianNoise)));
        OptionChecks.InRange(IntensityProbability, 0, 1, Field(nameof(IntensityProbability)));
        OptionChecks.InRange(MixupAlpha, 0, 100, Field(nameof(MixupAlpha)));
    }

    private static string Field(string name) => $"{nameof(TrainingOptions.Augmentation)}.{name}";
}
