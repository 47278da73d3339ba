using TruncatedTL.MLNet.Networks;
using TruncatedTL.MLNet.Strategies;
using TruncatedTL.MLNet.Weights;

namespace TruncatedTL.MLNet.Experiments;

/// <summary>A backbone with the weights that its candidates start from and the images as it reads them.</summary>
internal sealed record PlannedLadder
{
    /// <summary>What it is called; no two ladders share a name.</summary>
    public required string Name { get; init; }

    /// <summary>Registered name of the backbone.</summary>
    public required string Backbone { get; init; }

    public int? StemDepthStride { get; init; }

    /// <summary>What the weights are, in words.</summary>
    public required string WeightsDescription { get; init; }

    /// <summary>Name of the weights' file in the experiment's folder of weights; null where there are none.</summary>
    public required string? WeightsFile { get; init; }

    /// <summary>SHA-256 of that file.</summary>
    public required string? WeightsHash { get; init; }

    public required bool IsStrict { get; init; }

    public required InputChannelAdaptation Channels { get; init; }

    public required KernelInflation Inflation { get; init; }

    public required HeadPooling Head { get; init; }

    /// <summary>Length of the logits.</summary>
    public required int Outputs { get; init; }

    /// <summary>Name of the images' folder in the experiment's folder of data.</summary>
    public required string DataFolder { get; init; }

    /// <summary>C, H, W or C, D, H, W.</summary>
    public required IReadOnlyList<int> ImageShape { get; init; }

    public required double NormalizationScale { get; init; }

    public required IReadOnlyList<double> NormalizationMean { get; init; }

    public required IReadOnlyList<double> NormalizationDeviation { get; init; }

    /// <summary>How pixel values become the network's input.</summary>
    public PixelNormalization Normalization() => new(NormalizationScale, NormalizationMean, NormalizationDeviation);

    /// <summary>The network that a strategy makes of the backbone.</summary>
    public NetworkSpecification Specify(TransferStrategy strategy) => new(
        strategy.Resolve(Backbones.Backbone.Create(Backbone, stemDepthStride: StemDepthStride).WithInputChannels(ImageShape[0])),
        Head,
        Outputs,
        [.. ImageShape.Skip(1)]);

    /// <summary>How the weights are fitted to a network.</summary>
    public PretrainedFit Fit() => new(IsStrict, Channels, Inflation);
}
