namespace TruncatedTL.MLNet.Backbones;

/// <summary>What distinguishes one residual network from another.</summary>
/// <param name="Rank">Number of spatial axes.</param>
/// <param name="Bottleneck">Blocks of three convolutions (1, 3, 1) instead of two (3, 3).</param>
/// <param name="BlocksPerStage">Number of blocks in layer1, layer2, ...</param>
internal sealed record ResNetDesign(int Rank, bool Bottleneck, IReadOnlyList<int> BlocksPerStage)
{
    /// <summary>How the shortcut changes shape where a stage begins.</summary>
    public ResNetShortcut Shortcut { get; init; } = ResNetShortcut.Projection;

    /// <summary>Channels of the stem and of layer1; each later stage has twice as many as the one before.</summary>
    public int StemChannels { get; init; } = 64;

    /// <summary>
    /// The form of torchvision's video networks: stem of 3x7x7 with stride 1x2x2 and no pooling, names <c>conv1.0</c>
    /// (convolution) and <c>conv1.1</c> (normalisation) instead of <c>conv1</c> and <c>bn1</c>.
    /// </summary>
    public bool IsVideo { get; init; }
}

internal enum ResNetShortcut
{
    /// <summary>1x1 convolution and batch normalisation ("type B" of He et al. 2015).</summary>
    Projection,

    /// <summary>Every second position and zero channels, without parameters ("type A").</summary>
    ZeroPad,
}
