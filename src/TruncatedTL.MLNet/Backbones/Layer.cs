namespace TruncatedTL.MLNet.Backbones;

/// <summary>
/// One node of a network's definition. A definition is data: the same tree is counted (<see cref="LayerCounter"/>), computed
/// with TorchSharp and written as ONNX, so the three cannot disagree. Nothing here depends on the number of spatial axes:
/// per-axis values are lists of length 2 (H, W) or 3 (D, H, W).
/// </summary>
internal abstract record Layer;

/// <summary>Convolution, weight [Out, In / Groups, kernel...]; torchvision's parameter names <c>{Name}.weight</c>, <c>{Name}.bias</c>.</summary>
internal sealed record Convolution(
    string Name,
    int InputChannels,
    int OutputChannels,
    IReadOnlyList<int> Kernel,
    IReadOnlyList<int> Stride,
    IReadOnlyList<int> Padding,
    int Groups = 1,
    bool Bias = false) : Layer
{
    /// <summary>Spacing of the kernel's taps, per axis.</summary>
    public IReadOnlyList<int> Dilation { get; init; } = Axes.Same(Kernel.Count, 1);

    /// <summary>Shape of the weight: [Out, In / Groups, kernel...].</summary>
    public IReadOnlyList<long> WeightShape => [OutputChannels, InputChannels / Groups, .. Kernel.Select(k => (long)k)];
}

/// <summary>Batch normalisation over [N, C, ...]; parameters weight, bias, buffers running_mean, running_var, num_batches_tracked.</summary>
internal sealed record BatchNormalization(string Name, int Channels, double Epsilon = 1e-5, double Momentum = 0.1) : Layer;

/// <summary>Element-wise function.</summary>
internal sealed record Activation(ActivationKind Kind) : Layer;

/// <summary>Max or average pooling with a window.</summary>
internal sealed record Pooling(PoolingKind Kind, IReadOnlyList<int> Kernel, IReadOnlyList<int> Stride, IReadOnlyList<int> Padding) : Layer;

/// <summary>Mean over all spatial axes, which stay as axes of length 1: [N, C, ...] to [N, C, 1...].</summary>
internal sealed record GlobalAveragePooling : Layer;

/// <summary>Appends zero channels up to <paramref name="Channels"/>: the parameter-free shortcut ("type A") of He et al. 2015.</summary>
internal sealed record ZeroPadChannels(int Channels) : Layer;

/// <summary>Layers one after the other; empty is the identity.</summary>
internal sealed record Sequence(IReadOnlyList<Layer> Layers) : Layer
{
    /// <summary>The identity.</summary>
    public static readonly Sequence Identity = new([]);

    /// <summary>Layers one after the other.</summary>
    public static Sequence Of(params Layer[] layers) => new(layers);
}

/// <summary>The same input through several branches, whose results are then combined.</summary>
internal sealed record Branches(BranchCombination Combination, IReadOnlyList<Layer> Paths) : Layer;

internal enum ActivationKind
{
    Relu,
    Relu6,
    Silu,
    Sigmoid,
}

internal enum PoolingKind
{
    Max,
    Average,
}

internal enum BranchCombination
{
    /// <summary>Element-wise sum (residual blocks).</summary>
    Sum,

    /// <summary>Concatenation along the channels (dense blocks).</summary>
    Concatenate,

    /// <summary>Element-wise product, broadcast over spatial axes of length 1 (squeeze and excitation).</summary>
    Multiply,
}
