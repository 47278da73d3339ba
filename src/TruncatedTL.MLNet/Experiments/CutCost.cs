using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Native;
using TruncatedTL.MLNet.Networks;
using TruncatedTL.MLNet.Strategies;

namespace TruncatedTL.MLNet.Experiments;

/// <summary>What a backbone that ends at a cut costs whoever predicts with it.</summary>
/// <param name="Cut">The cut.</param>
/// <param name="ParameterCount">Trainable parameters of backbone and head.</param>
/// <param name="MacCount">Multiply-accumulates for one image.</param>
/// <param name="MillisecondsPerImage">Median milliseconds for one image in ONNX Runtime on this machine, one image at a time.</param>
/// <param name="ModelBytes">Bytes of the exported network.</param>
public sealed record CutCost(BackboneCut Cut, long ParameterCount, long MacCount, double MillisecondsPerImage, long ModelBytes)
{
    /// <summary>Measures a backbone at each of its cuts, as an experiment does before any training. Weights do not matter to that; they are random.</summary>
    /// <param name="backbone">Registered name of the backbone, see <see cref="BackboneNames"/>.</param>
    /// <param name="inputSize">Height and width (volumes: depth, height and width) of the input; null takes the backbone's usual one.</param>
    /// <param name="classes">Number of classes of the head; 2 (default) share one output.</param>
    /// <param name="progress">Told after each cut.</param>
    /// <param name="cancellation">Looked at before each image.</param>
    /// <returns>One entry a cut, from the input upwards.</returns>
    /// <exception cref="BackboneNotFoundException">There is no such backbone.</exception>
    /// <exception cref="ArgumentException">The input has another number of axes than the backbone reads, or is too small for it, or there are fewer than two classes.</exception>
    /// <exception cref="TorchBackendException">TorchSharp's native library does not load.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static IReadOnlyList<CutCost> Measure(
        string backbone, IReadOnlyList<int>? inputSize = null, int classes = 2, IProgress<CutCost>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 2);
        var definition = Backbone.Create(backbone);
        inputSize ??= [.. Enumerable.Repeat(definition.DefaultInputSize, definition.SpatialRank)];
        if (inputSize.Count != definition.SpatialRank || inputSize.Any(length => length < 1))
        {
            throw new ArgumentException($"{definition.Name} reads {definition.SpatialRank} axes, each at least 1; ({string.Join(", ", inputSize)}) is not such a size.", nameof(inputSize));
        }

        TorchRuntime.EnsureLoaded();
        var costs = new List<CutCost>();
        foreach (var cut in definition.Cuts)
        {
            var specification = new NetworkSpecification(TransferStrategy.Truncated(cut.Name).Resolve(definition), HeadPooling.Average, classes == 2 ? 1 : classes, inputSize);
            var (milliseconds, bytes) = ModelMeter.Measure(specification, PixelNormalization.ImageNet, cancellation);
            costs.Add(new CutCost(cut, specification.ParameterCount, specification.MacCount, milliseconds, bytes));
            progress?.Report(costs[^1]);
        }

        return costs;
    }
}
