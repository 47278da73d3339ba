namespace TruncatedTL.MLNet.Training;

/// <summary>What lies outside of an image when a rotation turns its corners in.</summary>
public enum AugmentationPadding
{
    /// <summary>The nearest pixel of the border is repeated.</summary>
    Border,

    /// <summary>Pixel value zero (before normalisation): black in 8-bit images.</summary>
    Zeros,
}
