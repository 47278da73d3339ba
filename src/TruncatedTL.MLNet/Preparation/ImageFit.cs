namespace TruncatedTL.MLNet.Preparation;

/// <summary>How an image of another shape is brought to the size of an <see cref="ImagePreparation"/>.</summary>
public enum ImageFit
{
    /// <summary>The whole image is kept in its proportions and centred; what is left of the target is padded. Nothing of an X-ray's border is lost.</summary>
    Pad,

    /// <summary>The image keeps its proportions and fills the target; what sticks out at both ends is cut off.</summary>
    CentreCrop,

    /// <summary>Every axis is resized by itself; proportions change. What torchvision's <c>Resize((h, w))</c> does.</summary>
    Stretch,
}
