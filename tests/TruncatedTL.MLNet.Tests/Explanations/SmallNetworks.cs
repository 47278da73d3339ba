using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Networks;
using TruncatedTL.MLNet.Strategies;
using TruncatedTL.MLNet.Weights;
using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Tests.Explanations;

/// <summary>Small networks with random weights and what describes them.</summary>
internal static class SmallNetworks
{
    public static readonly PixelNormalization Normalization = new(255, [0.4], [0.2]);

    public static ClassifierDescription Describe(
        string backbone,
        TransferStrategy strategy,
        int[] spatial,
        HeadPooling head = HeadPooling.Average,
        int outputs = 3,
        int channels = 1,
        int? stemDepthStride = null,
        int[]? imageSpatial = null,
        bool hasByteValues = true) => new()
        {
            Strategy = strategy,
            Specification = new NetworkSpecification(strategy.Resolve(Backbone.Create(backbone, channels, stemDepthStride)), head, outputs, spatial),
            Normalization = Normalization,
            ClassNames = [.. Enumerable.Range(0, Math.Max(2, outputs)).Select(i => $"class {i}")],
            ImageSpatial = imageSpatial ?? spatial,
            HasByteValues = hasByteValues,
        };

    /// <summary>A network whose normalisations do something, as a trained one's.</summary>
    public static TransferNetwork Network(ClassifierDescription description, int seed = 1)
    {
        var network = TransferNetwork.Create(description.Specification, seed, CPU);
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        using var generator = new Generator((ulong)seed, CPU);
        foreach (var (name, tensor) in network.State.Where(pair => !pair.Key.EndsWith("num_batches_tracked", StringComparison.Ordinal)).OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            if (name.EndsWith("running_var", StringComparison.Ordinal))
            {
                tensor.copy_((rand(tensor.shape, generator: generator) * 0.5) + 0.75);
            }
            else if (tensor.dim() == 1)
            {
                tensor.add_(randn(tensor.shape, generator: generator) * 0.1);
            }
        }

        return network;
    }

    /// <summary>What SaveWeights writes.</summary>
    public static WeightsFile File(ClassifierDescription description, TransferNetwork network, Action<Dictionary<string, string>>? change = null)
    {
        var card = new WeightsCard
        {
            Backbone = description.Specification.Plan.Backbone.Name,
            InputSize = description.Specification.InputSpatial,
            PixelScale = description.Normalization.Scale,
            Mean = description.Normalization.Mean,
            StandardDeviation = description.Normalization.StandardDeviation,
        };
        var metadata = new Dictionary<string, string>([.. card.ToMetadata(), .. description.ToMetadata()]);
        change?.Invoke(metadata);
        return new WeightsFile(network.Snapshot(), metadata);
    }

    public static float[] Pixels(int count, int seed = 1)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)random.Next(256))];
    }

    /// <summary>Logits of images in the network's size, row-major [images, outputs].</summary>
    public static float[] Logits(TransferNetwork network, IReadOnlyList<float[]> images)
    {
        var specification = network.Specification;
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        var values = images.SelectMany(image => image.Select(pixel => (float)(((pixel / 255.0) - 0.4) / 0.2))).ToArray();
        var input = tensor(values, [images.Count, specification.InputChannels, .. specification.InputSpatial.Select(length => (long)length)]);
        return network.Forward(input, training: false).contiguous().data<float>().ToArray();
    }
}
