namespace TruncatedTL.MLNet.Training;

/// <content>
/// Starting points for modalities, for images and volumes alike. They follow from how the images come about, not from a comparison
/// on data: look at them with <see cref="AugmentationPreview"/>, and let the validation metric decide.
/// </content>
public sealed partial class AugmentationOptions
{
    /// <summary>
    /// For projection radiographs. No mirror images: which side is which carries findings (situs inversus, a shifted mediastinum, the
    /// side markers), and nobody stands on their head; set <see cref="HorizontalFlip"/> where the side means nothing, as in mammograms of
    /// one breast or hands. Patients stand a little turned and off the centre: small rotation, shift and crop. Exposure and the
    /// maker's look-up table differ between devices: brightness, contrast, gamma. Few photons at low dose: mild noise.
    /// </summary>
    public static AugmentationOptions ForXRay() => new()
    {
        CropScaleMinimum = 0.8,
        HorizontalFlip = 0,
        RotationDegrees = 10,
        Translation = 0.05,
        Brightness = 0.15,
        Contrast = 0.2,
        GammaMinimum = 0.8,
        GammaMaximum = 1.25,
        GaussianNoise = 0.1,
        IntensityProbability = 0.5,
    };

    /// <summary>
    /// For computed tomography, slices or volumes. No mirror images: liver and heart have a side, and head and feet an order. Values are
    /// calibrated (Hounsfield units), and their level is a finding: no brightness, no gamma, hardly any contrast. What differs between
    /// scans is dose (noise) and reconstruction kernel (blur). Slices often lie farther apart than pixels: little rotation through them.
    /// </summary>
    public static AugmentationOptions ForCT() => new()
    {
        CropScaleMinimum = 0.8,
        HorizontalFlip = 0,
        RotationDegrees = 10,
        ThroughPlaneRotationDegrees = 3,
        Translation = 0.05,
        Brightness = 0,
        Contrast = 0.05,
        BlurSigma = 0.7,
        GaussianNoise = 0.1,
        IntensityProbability = 0.5,
    };

    /// <summary>
    /// For ultrasound. Left and right may change places, for the probe can be held either way; not so top and bottom, for depth
    /// attenuates and shadows fall away from the probe, and for the same reason rotation is small. Gain and dynamic range are set by
    /// hand: strong brightness, contrast, gamma. Speckle is multiplicative; a little is added, for the images have their own. In volumes the sweep may go either way: flips along D.
    /// For views with a side, as in echocardiography, set <see cref="HorizontalFlip"/> to 0.
    /// </summary>
    public static AugmentationOptions ForUltrasound() => new()
    {
        CropScaleMinimum = 0.7,
        HorizontalFlip = 0.5,
        DepthFlip = 0.5,
        RotationDegrees = 8,
        ThroughPlaneRotationDegrees = 0,
        Translation = 0.05,
        Brightness = 0.2,
        Contrast = 0.25,
        GammaMinimum = 0.7,
        GammaMaximum = 1.4,
        BlurSigma = 0.7,
        SpeckleNoise = 0.1,
        IntensityProbability = 0.5,
    };

    /// <summary>
    /// For dermoscopy and clinical photographs of skin. A lesion has no up or down: all mirror images and rotations. Illumination,
    /// camera and skin differ: brightness, contrast, saturation, a little hue and white balance; not more, for colours (blue-white veil,
    /// red) are criteria. So are asymmetry and border: sides keep their ratio, nothing is bent, and crops stay large enough to hold
    /// the border.
    /// </summary>
    public static AugmentationOptions ForDermoscopy() => new()
    {
        CropScaleMinimum = 0.7,
        CropRatioMinimum = 1,
        CropRatioMaximum = 1,
        HorizontalFlip = 0.5,
        VerticalFlip = 0.5,
        RotationDegrees = 180,
        ThroughPlaneRotationDegrees = 0,
        Brightness = 0.15,
        Contrast = 0.15,
        ChannelBrightness = 0.05,
        Saturation = 0.2,
        HueDegrees = 8,
        BlurSigma = 0.7,
    };

    /// <summary>
    /// For histology and other microscopy. A section has no up or down: all mirror images and rotations within the plane; in stacks the
    /// axis of depth stays, for light fades along it. Magnification is known, and the size of nuclei is a finding: crops are nearly
    /// whole and keep their ratio. Stains differ between laboratories and days: each channel for itself in brightness and contrast,
    /// saturation and hue. Focus varies (blur), sections are stretched when they are mounted (slight elastic deformation).
    /// </summary>
    public static AugmentationOptions ForMicroscopy() => new()
    {
        CropScaleMinimum = 0.85,
        CropRatioMinimum = 1,
        CropRatioMaximum = 1,
        HorizontalFlip = 0.5,
        VerticalFlip = 0.5,
        RotationDegrees = 180,
        ThroughPlaneRotationDegrees = 0,
        ElasticMagnitude = 0.01,
        Brightness = 0.1,
        Contrast = 0.15,
        ChannelBrightness = 0.08,
        ChannelContrast = 0.1,
        Saturation = 0.2,
        HueDegrees = 10,
        BlurSigma = 1,
        GaussianNoise = 0.05,
    };

    /// <summary>
    /// For magnetic resonance, slices or volumes. Values have no unit and change with sequence, coil and maker: contrast, brightness and
    /// gamma. No mirror images, for organs have a side; for brains, where the side is seldom the question, <see cref="HorizontalFlip"/>
    /// may be switched on. Slices are often thick: rotation mostly within them. Signal-to-noise differs with field strength: noise;
    /// matrix and interpolation: blur.
    /// </summary>
    public static AugmentationOptions ForMri() => new()
    {
        CropScaleMinimum = 0.8,
        HorizontalFlip = 0,
        RotationDegrees = 10,
        ThroughPlaneRotationDegrees = 3,
        Translation = 0.05,
        Brightness = 0.1,
        Contrast = 0.2,
        GammaMinimum = 0.7,
        GammaMaximum = 1.5,
        BlurSigma = 0.7,
        GaussianNoise = 0.15,
        IntensityProbability = 0.5,
    };
}
