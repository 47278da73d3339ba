namespace TruncatedTL.MLNet.Weights;

/// <summary>The order of the colour channels that weights were trained with.</summary>
public enum ChannelOrder
{
    /// <summary>Red, green, blue: torchvision's order and this library's.</summary>
    Rgb,

    /// <summary>Blue, green, red, as in weights converted from Caffe. The first convolution is turned round when the weights are taken over.</summary>
    Bgr,
}
