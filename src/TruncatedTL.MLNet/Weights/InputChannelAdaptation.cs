namespace TruncatedTL.MLNet.Weights;

/// <summary>
/// How the first convolution's weight <c>W</c> [out, c, ...], trained on <c>c</c> input channels, becomes
/// <c>V</c> [out, n, ...] for a network with <c>n</c> input channels.
/// </summary>
public enum InputChannelAdaptation
{
    /// <summary>
    /// Every target channel gets the sum over the source channels divided by the number of target channels:
    /// <c>V[:, j] = sum_i W[:, i] / n</c>. An image whose channels are all equal gives the same response as the same
    /// grey image repeated over the <c>c</c> channels did. For <c>n = 1</c> this is the plain sum, as in timm.
    /// </summary>
    Sum,

    /// <summary>
    /// Every target channel gets the mean over the source channels: <c>V[:, j] = sum_i W[:, i] / c</c>. The response to
    /// an image whose channels are all equal is scaled by <c>n / c</c>: for one grey channel from RGB weights the
    /// activations before the first normalisation shrink to a third, so <see cref="Sum"/> is the safer choice where
    /// the normalisation is frozen.
    /// </summary>
    Mean,

    /// <summary>
    /// Target channels take the source channels in turn: <c>V[:, j] = W[:, j mod c] * c / n</c>. Keeps channels
    /// distinct; where <c>n</c> is a multiple of <c>c</c> an image whose channels are all equal gives the same response.
    /// </summary>
    Repeat,
}
