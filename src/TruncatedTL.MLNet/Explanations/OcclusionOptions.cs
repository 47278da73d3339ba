namespace TruncatedTL.MLNet.Explanations;

/// <summary>What occlusion covers, with what, and in how many steps. Lengths are in pixels (voxels) of the network's input.</summary>
public sealed class OcclusionOptions : ExplanationOptions
{
    /// <summary>
    /// H, W (or D, H, W) of the patch; null takes an eighth of the image along each axis, of volumes a quarter, rounded up. Choose it as large as the
    /// findings. Default: null.
    /// </summary>
    public IReadOnlyList<int>? PatchSize;

    /// <summary>Steps between patches, from 1 to the patch's length along each axis; null takes half the patch, rounded up. Default: null.</summary>
    public IReadOnlyList<int>? Stride;

    /// <summary>The pixel value of the patch, in the units of the image; null takes each channel's mean over the image. Default: null.</summary>
    public float? Fill;

    /// <summary>Covered images that are computed at once, at least 1. Default: 32.</summary>
    public int BatchSize = 32;

    /// <summary>Looked at before each batch. Default: none.</summary>
    public CancellationToken CancellationToken;
}
