namespace TruncatedTL.MLNet.Backbones;

/// <summary>
/// A unit that is never split (a stem, a residual block, a dense layer, ...); a cut may lie behind it.
/// </summary>
/// <param name="Name">torchvision's module path, e.g. <c>layer3.2</c>; the name of the cut behind this unit.</param>
/// <param name="Stage">The group of units it belongs to, e.g. <c>layer3</c>.</param>
/// <param name="Body">What the unit computes.</param>
/// <param name="Channels">Channels it puts out.</param>
/// <param name="Closing">Layers that are needed only where the network ends behind this unit (batch normalisation and ReLU inside a dense block).</param>
internal sealed record BackboneUnit(string Name, string Stage, Layer Body, int Channels, Layer? Closing = null)
{
    /// <summary>The name of the convolution that reads the image, for adapting pretrained weights to other channel counts; null in other units.</summary>
    public string? InputConvolution { get; init; }
}
