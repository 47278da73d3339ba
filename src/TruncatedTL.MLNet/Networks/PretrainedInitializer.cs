using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Weights;
using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Networks;

/// <summary>How pretrained weights are fitted to a network that differs from theirs.</summary>
/// <param name="IsStrict">Every tensor that the plan takes over must be there with the right shape.</param>
/// <param name="Channels">How the stem's filters are adapted to another number of channels.</param>
/// <param name="Inflation">How filters of a network on images become those of its counterpart on volumes.</param>
/// <param name="HeadClasses">The classes for which the weights' own classifier is taken over; null where the head starts at random.</param>
internal sealed record PretrainedFit(bool IsStrict, InputChannelAdaptation Channels, KernelInflation Inflation, IReadOnlyList<string>? HeadClasses = null);

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
                IsInputStem: u.Unit.InputConvolution is { } stem && p.Name == $"{stem}.weight")));
        if (fit.HeadClasses is { } classNames)
        {
            RequireSameClasses(weights, classNames);
            expected = expected.Concat(network.Specification.HeadParameters().Select(p => new ExpectedTensor(p.Name, p.Shape, IsHead: true)));
        }

        var match = WeightsMatcher.Match(weights, [.. expected], new WeightsMatchOptions
        {
            IsStrict = fit.IsStrict,
            InputChannels = fit.Channels,
            Inflation = fit.Inflation,
            AllowHeadReplacement = fit.HeadClasses is null,
            ReverseInputChannels = WeightsCard.FromMetadata(weights.Metadata).ChannelOrder == ChannelOrder.Bgr,
            Renames = plan.Backbone.FormerNames.Select(rule => new KeyRename(rule.Pattern, rule.Replacement)).ToArray(),
        });
        network.Load(match.Tensors);
        return match.Report;
    }

    // Another order of the classes would be as wrong as other classes, and nothing else would show it.
    private static void RequireSameClasses(WeightsFile weights, IReadOnlyList<string> classNames)
    {
        var saved = ClassifierDescription.ClassNamesOf(weights.Metadata)
            ?? throw new WeightsException("The classifier of the weights is to be kept, but they do not say which classes it tells apart.");
        if (!saved.SequenceEqual(classNames))
        {
            throw new WeightsException($"The classifier of the weights tells apart {string.Join(", ", saved)}; the label column has {string.Join(", ", classNames)}. Classes and their order must be equal.");
        }
    }
}
