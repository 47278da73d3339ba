namespace TruncatedTL.MLNet.Explanations;

/// <summary>What all explanations have in common.</summary>
public abstract class ExplanationOptions
{
    /// <summary>The class that is looked for; null takes the predicted one. Default: null.</summary>
    public string? ClassName;

    /// <summary>
    /// H, W (or D, H, W) of the image in pixels (voxels); null means that of the model's image column. Other sizes are brought to the network's
    /// as the model does it, and the map comes back in the size of the image. Default: null.
    /// </summary>
    public IReadOnlyList<int>? ImageSize;

    private protected ExplanationOptions()
    {
    }
}
