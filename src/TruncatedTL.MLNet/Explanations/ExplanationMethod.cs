namespace TruncatedTL.MLNet.Explanations;

/// <summary>How an explanation was found.</summary>
public enum ExplanationMethod
{
    /// <summary>From the gradient of the class's logit at a unit's features (Selvaraju et al. 2017, arXiv 1610.02391).</summary>
    GradCam,

    /// <summary>From how far the class's logit falls where a part of the image is covered (Zeiler and Fergus 2014, arXiv 1311.2901).</summary>
    Occlusion,
}
