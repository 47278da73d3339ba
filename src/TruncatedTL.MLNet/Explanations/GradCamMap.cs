using TruncatedTL.MLNet.Networks;
using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Explanations;

/// <summary>The arithmetic of Grad-CAM.</summary>
internal static class GradCamMap
{
    /// <summary>Computes the weighted sum of a unit's features, signed: what is positive speaks for the class.</summary>
    /// <param name="network">The network.</param>
    /// <param name="input">A normalised image, [1, C, ...].</param>
    /// <param name="end">Index behind the unit; the number of units for the features at the cut, closing layers included.</param>
    /// <param name="elementwise">Every feature is weighted by its own gradient instead of its channel's mean gradient.</param>
    /// <param name="decide">Chooses the class by the logits.</param>
    /// <param name="decision">What it chose.</param>
    public static CoarseMap Compute(
        TransferNetwork network, Tensor input, int end, bool elementwise, Func<float[], ClassDecision> decide, out ClassDecision decision)
    {
        var count = network.Specification.Plan.Units.Count;

        // Below the unit nothing needs a gradient. Tensors of inference_mode could not get one afterwards.
        Tensor features;
        using (no_grad())
        {
            features = (end == count ? network.Features(input, training: false) : network.RunUnits(input, 0, end, training: false)).detach();
        }

        Tensor gradient;
        using (enable_grad())
        {
            features.requires_grad_(true);
            var logits = end == count
                ? network.Classify(features)
                : network.Classify(network.FeaturesFrom(features, end, training: false));
            decision = decide(logits.detach().contiguous().data<float>().ToArray());
            var score = logits[0, decision.Output] * decision.Sign;
            gradient = autograd.grad([score], [features])[0];
        }

        using var withoutGradients = no_grad();
        var spatial = Enumerable.Range(2, (int)features.dim() - 2).Select(axis => (long)axis).ToArray();
        var weights = elementwise ? gradient : gradient.mean(spatial, keepdim: true);
        var map = (weights * features).sum(1);
        return new CoarseMap(map.contiguous().data<float>().ToArray(), [.. map.shape.Skip(1).Select(length => (int)length)]);
    }
}
