namespace TruncatedTL.MLNet.Explanations;

/// <summary>What Grad-CAM looks at.</summary>
public sealed class GradCamOptions : ExplanationOptions
{
    /// <summary>
    /// The unit whose features are looked at, one of <see cref="ImageExplainer.Units"/>; null takes those at the cut, which the head reads. Lower units
    /// give finer maps of less meaning. Default: null.
    /// </summary>
    public string? Unit;

    /// <summary>How the features are weighted. Default: ByHead.</summary>
    public GradientWeighting Weighting = GradientWeighting.ByHead;
}
