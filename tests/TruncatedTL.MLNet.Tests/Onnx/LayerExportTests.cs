using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Onnx;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Onnx;

/// <summary>Every layer type, in 2D and 3D, computes the same in ONNX Runtime as in TorchSharp.</summary>
public sealed class LayerExportTests
{
    private const int Channels = 6;

    private static readonly Dictionary<string, Func<int, Layer>> Layers = new()
    {
        ["convolution"] = rank => Conv(rank, Channels, 8),
        ["convolution with bias"] = rank => Conv(rank, Channels, 8, bias: true),
        ["convolution with stride, without padding"] = rank => new Convolution("c", Channels, 4, Axes.Same(rank, 3), Axes.Same(rank, 2), Axes.Same(rank, 0)),
        ["convolution with groups"] = rank => Conv(rank, Channels, 9, groups: 3, bias: true),
        ["depthwise convolution"] = rank => Conv(rank, Channels, Channels, groups: Channels),
        ["dilated convolution"] = rank => Conv(rank, Channels, 5) with { Dilation = Axes.Same(rank, 2), Padding = Axes.Same(rank, 2) },
        ["convolution with unequal axes"] = rank => new Convolution(
            "c", Channels, 7, Ascending(rank, 1), Ascending(rank, 1), Ascending(rank, 0), Bias: true),
        ["batch normalisation"] = _ => new BatchNormalization("n", Channels),
        ["batch normalisation with a large epsilon"] = _ => new BatchNormalization("n", Channels, Epsilon: 0.25),
        ["relu"] = _ => new Activation(ActivationKind.Relu),
        ["relu6"] = _ => new Activation(ActivationKind.Relu6),
        ["silu"] = _ => new Activation(ActivationKind.Silu),
        ["sigmoid"] = _ => new Activation(ActivationKind.Sigmoid),
        ["max pooling"] = rank => new Pooling(PoolingKind.Max, Axes.Same(rank, 3), Axes.Same(rank, 2), Axes.Same(rank, 1)),
        ["average pooling with padding"] = rank => new Pooling(PoolingKind.Average, Axes.Same(rank, 3), Axes.Same(rank, 2), Axes.Same(rank, 1)),
        ["average pooling that drops a rest"] = rank => new Pooling(PoolingKind.Average, Axes.Same(rank, 2), Axes.Same(rank, 2), Axes.Same(rank, 0)),
        ["global average pooling"] = _ => new GlobalAveragePooling(),
        ["zero padding of channels"] = _ => new ZeroPadChannels(Channels + 4),
        ["zero padding of no channels"] = _ => new ZeroPadChannels(Channels),
        ["identity"] = _ => Sequence.Identity,
        ["sum of three"] = rank => new Branches(BranchCombination.Sum, [Conv(rank, Channels, Channels), Sequence.Identity, new Activation(ActivationKind.Sigmoid)]),
        ["concatenation"] = rank => new Branches(BranchCombination.Concatenate, [Sequence.Identity, Conv(rank, Channels, 3), Sequence.Identity]),
        ["squeeze and excitation"] = rank => new Branches(BranchCombination.Multiply, [Sequence.Identity, Sequence.Of(
            new GlobalAveragePooling(),
            new Convolution("squeeze", Channels, 2, Axes.Same(rank, 1), Axes.Same(rank, 1), Axes.Same(rank, 0), Bias: true),
            new Activation(ActivationKind.Silu),
            new Convolution("excite", 2, Channels, Axes.Same(rank, 1), Axes.Same(rank, 1), Axes.Same(rank, 0), Bias: true),
            new Activation(ActivationKind.Sigmoid))]),
        ["gate before the signal"] = _ => new Branches(BranchCombination.Multiply, [Sequence.Of(new GlobalAveragePooling(), new Activation(ActivationKind.Sigmoid)), Sequence.Identity]),
        ["one branch"] = rank => new Branches(BranchCombination.Sum, [Conv(rank, Channels, 4)]),
        ["identity twice"] = _ => new Branches(BranchCombination.Sum, [Sequence.Identity, Sequence.Identity]),
        ["convolution, normalisation"] = rank => Sequence.Of(Conv(rank, Channels, 8, bias: true), new BatchNormalization("n", 8)),
        ["normalisation, convolution"] = rank => Sequence.Of(new BatchNormalization("n", Channels), new Activation(ActivationKind.Relu), Conv(rank, Channels, 8)),
        ["convolution, normalisation, across sequences"] = rank => Sequence.Of(
            Sequence.Of(new Activation(ActivationKind.Relu), Sequence.Of(Conv(rank, Channels, 8))),
            Sequence.Of(Sequence.Of(new BatchNormalization("n", 8)), new Activation(ActivationKind.Relu))),
        ["branches, normalisation"] = rank => Sequence.Of(
            new Branches(BranchCombination.Concatenate, [Conv(rank, Channels, 8), Sequence.Identity]),
            new BatchNormalization("n", 8 + Channels)),
    };

    public static TheoryData<string, int, bool> Cases()
    {
        var cases = new TheoryData<string, int, bool>();
        foreach (var name in Layers.Keys)
        {
            foreach (var rank in new[] { 2, 3 })
            {
                cases.Add(name, rank, true);
                cases.Add(name, rank, false);
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void ComputesTheSameAsTorchSharp(string name, int rank, bool fold) => RequireSame(Layers[name](rank), rank, fold, seed: name.Length);

    [Fact]
    public void RandomTreesComputeTheSameAsTorchSharp()
    {
        for (var seed = 0; seed < 60; seed++)
        {
            var rank = 2 + seed % 2;
            RequireSame(new RandomLayers(seed, rank).Tree(Channels), rank, fold: seed % 3 != 0, seed);
        }
    }

    [Fact]
    public void EveryLayerTypeIsCovered()
    {
        var covered = Layers.Values.SelectMany(make => WithDescendants(make(2))).Select(layer => layer.GetType()).ToHashSet();
        var all = typeof(Layer).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(Layer)));
        Assert.All(all, type => Assert.Contains(type, covered));
    }

    [Fact]
    public void UnknownLayerIsAnError()
    {
        var exception = Assert.Throws<OnnxExportException>(() => OnnxExporter.ExportLayer(new Unheard(), new FeatureShape(1, [4, 4]), RandomTensors.For(new Unheard(), 0)));
        Assert.Contains(nameof(Unheard), exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(99, null, null)]
    [InlineData(null, 99, null)]
    [InlineData(null, null, 99)]
    public void UnknownKindIsAnError(int? activation, int? pooling, int? combination)
    {
        Layer layer = (activation, pooling, combination) switch
        {
            ({ } kind, _, _) => new Activation((ActivationKind)kind),
            (_, { } kind, _) => new Pooling((PoolingKind)kind, [2, 2], [2, 2], [0, 0]),
            _ => new Branches((BranchCombination)combination!.Value, [Sequence.Identity, Sequence.Identity]),
        };
        var exception = Assert.Throws<OnnxExportException>(() => OnnxExporter.ExportLayer(layer, new FeatureShape(1, [4, 4]), RandomTensors.For(layer, 0)));
        Assert.Contains("99", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void PaddingToFewerChannelsIsAnError() =>
        Assert.Throws<OnnxExportException>(() => OnnxExporter.ExportLayer(new ZeroPadChannels(2), new FeatureShape(3, [4, 4]), RandomTensors.For(Sequence.Identity, 0)));

    private static void RequireSame(Layer layer, int rank, bool fold, int seed)
    {
        // Unequal lengths, so that no two axes can be mistaken for one another.
        long[] spatial = rank == 2 ? [13, 10] : [7, 9, 8];
        var random = new Random(seed);
        var tensors = RandomTensors.For(layer, seed);
        var model = OnnxExporter.ExportLayer(layer, new FeatureShape(Channels, spatial), tensors, fold);
        foreach (var batch in new long[] { 1, 3 })
        {
            long[] shape = [batch, Channels, .. spatial];
            var input = RandomTensors.Normal(random, RandomTensors.Count(shape), standardDeviation: 3);
            var expected = TorchReference.Run(layer, tensors, input, shape);
            var actual = OnnxRun.Run(model, "input", input, shape)["output"];
            Assert.Equal(expected.Shape, actual.Shape);
            Agreement.Require(expected.Values, actual.Values);
        }

        var declared = OnnxInspector.Inspect(model).Outputs.Single().Shape;
        var computed = OnnxRun.Run(model, "input", new float[Channels * RandomTensors.Count(spatial)], [1, Channels, .. spatial])["output"].Shape;
        Assert.Equal(["N", .. computed.Skip(1).Select(length => $"{length}")], declared);
    }

    private static Convolution Conv(int rank, int input, int output, int groups = 1, bool bias = false) =>
        new("c", input, output, Axes.Same(rank, 3), Axes.Same(rank, 1), Axes.Same(rank, 1), groups, bias);

    private static int[] Ascending(int rank, int first) => Enumerable.Range(first, rank).ToArray();

    private static IEnumerable<Layer> WithDescendants(Layer layer) => layer switch
    {
        Sequence s => s.Layers.SelectMany(WithDescendants).Prepend(s),
        Branches b => b.Paths.SelectMany(WithDescendants).Prepend(b),
        _ => [layer],
    };

    private sealed record Unheard : Layer;
}
