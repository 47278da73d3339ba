namespace TruncatedTL.MLNet.Weights;

/// <summary>How a weights file is fitted to a network.</summary>
internal sealed record WeightsMatchOptions
{
    /// <summary>Whether a missing or misshapen tensor is an error; otherwise it is only reported. Default true.</summary>
    public bool IsStrict { get; init; } = true;

    /// <summary>How the first convolution is fitted to other input channels; null to forbid it. Default sum.</summary>
    public InputChannelAdaptation? InputChannels { get; init; } = InputChannelAdaptation.Sum;

    /// <summary>Whether the file's images have their channels in the order blue, green, red, which the network's images have not. Default false.</summary>
    public bool ReverseInputChannels { get; init; }

    /// <summary>How kernels for images become kernels for volumes; null to forbid it. Default averaging.</summary>
    public KernelInflation? Inflation { get; init; } = KernelInflation.Average;

    /// <summary>
    /// Whether the head may keep its initial values where the file has none or one for other classes. Default true.
    /// </summary>
    public bool AllowHeadReplacement { get; init; } = true;

    /// <summary>Rules for names that some files spell differently, applied one after the other. Default none.</summary>
    public IReadOnlyList<KeyRename> Renames { get; init; } = [];
}
