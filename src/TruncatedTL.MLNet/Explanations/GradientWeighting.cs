namespace TruncatedTL.MLNet.Explanations;

/// <summary>How Grad-CAM weights the features.</summary>
public enum GradientWeighting
{
    /// <summary>
    /// <see cref="ChannelMean"/> for a head with average pooling, <see cref="Elementwise"/> for the others, whose gradient differs from place to
    /// place. The default.
    /// </summary>
    ByHead,

    /// <summary>Each channel by the mean of its gradient over all positions (Selvaraju et al. 2017, arXiv 1610.02391, equations 1 and 2).</summary>
    ChannelMean,

    /// <summary>
    /// Each value by its own gradient (HiResCAM, Draelos and Carin 2020, arXiv 2011.08891): with a head that flattens, the values of the map at the
    /// cut then add up to the logit without its bias.
    /// </summary>
    Elementwise,
}
