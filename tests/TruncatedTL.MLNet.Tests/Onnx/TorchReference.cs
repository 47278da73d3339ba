using TorchSharp;
using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Networks;
using TruncatedTL.MLNet.Weights;

namespace TruncatedTL.MLNet.Tests.Onnx;

/// <summary>The same computations with TorchSharp.</summary>
internal static class TorchReference
{
    /// <summary>Computes a layer tree for inference.</summary>
    public static (long[] Shape, float[] Values) Run(Layer layer, IReadOnlyDictionary<string, TensorData> tensors, float[] input, long[] shape)
    {
        using var scope = torch.NewDisposeScope();
        using var gradients = torch.no_grad();
        var state = tensors
            .Where(t => t.Value.ElementType == TensorElementType.Float32)
            .ToDictionary(t => t.Key, t => TensorTransfer.Single(t.Value));
        var result = new LayerRunner(state).Apply(layer, torch.tensor(input, shape), updateStatistics: false);
        return (result.shape, result.contiguous().data<float>().ToArray());
    }

    /// <summary>The logits of a network for images that are not yet normalised, [N, C, ...].</summary>
    public static float[] Logits(
        NetworkSpecification specification,
        IReadOnlyDictionary<string, TensorData> tensors,
        PixelNormalization normalization,
        IEnumerable<float> images,
        params long[] shape)
    {
        using var scope = torch.NewDisposeScope();
        using var gradients = torch.no_grad();
        using var network = TransferNetwork.Create(specification, seed: 0, torch.CPU);
        network.Load(tensors);

        var (factor, offset) = normalization.ForChannels(specification.InputChannels);
        var positions = RandomTensors.Count(shape.Skip(2));
        var normalized = images.Select((value, i) =>
        {
            var channel = (int)(i / positions % shape[1]);
            return value * factor[channel] + offset[channel];
        });
        var logits = network.Forward(torch.tensor(normalized.ToArray(), shape), training: false);
        return logits.data<float>().ToArray();
    }
}
