using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Weights;
using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Networks;

/// <summary>How pretrained weights are fitted to a network that differs from theirs.</summary>
/// <param name="IsStrict">Every tensor that the plan takes over must be there with the right shape.</param>
/// <param name="Channels">How the stem's filters are adapted to another number of channels.</param>
/// <param name="Inflation">How filters of a network on images become those of its counterpart on volumes.</param>
internal sealed record PretrainedFit(bool IsStrict, InputChannelAdaptation Channels, KernelInflation Inflation);

/// <summary>Makes networks whose pretrained units have the weights of a file, and whose other units are random.</summary>
internal static class PretrainedInitializer
{
    /// <summary>Makes a network.</summary>
    /// <param name="specification">What to build.</param>
    /// <param name="seed">Seed of what is random.</param>
    /// <param name="device">Where its tensors live.</param>
    /// <param name="weights">The pretrained weights; null where the plan takes none over.</param>
    /// <param name="fit">How they are fitted.</param>
    /// <returns>The network, which is the caller's, and what was taken over.</returns>
    /// <exception cref="WeightsException">The weights do not fit.</exception>
    public static (TransferNetwork Network, KeyMatchReport? Report) Create(
        NetworkSpecification specification, int seed, Device device, WeightsFile? weights, PretrainedFit fit)
    {
        var network = TransferNetwork.Create(specification, seed, device);
        try
        {
            return (network, weights is null ? null : Load(network, weights, fit));
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    private static KeyMatchReport Load(TransferNetwork network, WeightsFile weights, PretrainedFit fit)
    {
        var plan = network.Specification.Plan;
        var expected = plan.Units
            .Where(u => u.Pretrained)
            .SelectMany(u => ParameterSpecification.Of(u.Unit.Body).Select(p => new ExpectedTensor(
                p.Name,
                p.Shape,
                IsInputStem: u.Unit.InputConvolution is { } stem && p.Name == $"{stem}.weight")))
            .ToArray();
        var match = WeightsMatcher.Match(weights, expected, new WeightsMatchOptions
        {
            IsStrict = fit.IsStrict,
            InputChannels = fit.Channels,
            Inflation = fit.Inflation,
            ReverseInputChannels = WeightsCard.FromMetadata(weights.Metadata).ChannelOrder == ChannelOrder.Bgr,
            Renames = plan.Backbone.FormerNames.Select(rule => new KeyRename(rule.Pattern, rule.Replacement)).ToArray(),
        });
        network.Load(match.Tensors);
        return match.Report;
    }
}
