namespace TruncatedTL.MLNet.Tool.Options;

/// <summary>The library's presets of augmentation.</summary>
internal enum AugmentationChoice
{
    Default,
    None,
    XRay,
    Ct,
    Mri,
    Ultrasound,
    Dermoscopy,
    Microscopy,
}
