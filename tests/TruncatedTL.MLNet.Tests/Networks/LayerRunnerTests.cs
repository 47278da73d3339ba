using TorchSharp;
using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Networks;
using Xunit;
using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Tests.Networks;

public class LayerRunnerTests : SingleThreadedTorchTests
{
    private static readonly int[] One = [1, 1];
    private static readonly int[] Two = [2, 2];
    private static readonly int[] Three = [3, 3];
    private static readonly int[] Zero = [0, 0];

    /// <summary>Small trees in which every layer type follows every kind of producer that occurs in the networks.</summary>
    public static TheoryData<string> TreeNames => [.. Trees.Keys];

    private static readonly Dictionary<string, Layer> Trees = new()
    {
        ["convolution"] = new Convolution("a", 4, 6, Three, Two, One),
        ["convolution with bias, groups and dilation"] = new Convolution("a", 4, 6, Three, One, Two, Groups: 2, Bias: true) { Dilation = Two },
        ["relu first"] = Sequence.Of(new Activation(ActivationKind.Relu), new Convolution("a", 4, 4, One, One, Zero)),
        ["normalised relu"] = Sequence.Of(Conv("a", 4, 4), new BatchNormalization("n", 4), new Activation(ActivationKind.Relu), Conv("b", 4, 4)),
        ["normalised relu6"] = Sequence.Of(Conv("a", 4, 4), new BatchNormalization("n", 4), new Activation(ActivationKind.Relu6), Conv("b", 4, 4)),
        ["normalised silu"] = Sequence.Of(Conv("a", 4, 4), new BatchNormalization("n", 4), new Activation(ActivationKind.Silu), Conv("b", 4, 4)),
        ["sigmoid"] = Sequence.Of(Conv("a", 4, 4), new Activation(ActivationKind.Sigmoid), Conv("b", 4, 4)),
        ["max pooling of relu"] = Sequence.Of(Conv("a", 4, 4), new Activation(ActivationKind.Relu), new Pooling(PoolingKind.Max, Three, Two, One)),
        ["average pooling, then relu"] = Sequence.Of(new Pooling(PoolingKind.Average, Two, Two, Zero), new Activation(ActivationKind.Relu)),
        ["global pooling, then relu"] = Sequence.Of(Conv("a", 4, 4), new GlobalAveragePooling(), new Activation(ActivationKind.Relu)),
        ["nested sequences"] = Sequence.Of(Sequence.Of(Conv("a", 4, 4), Sequence.Of(new Activation(ActivationKind.Relu))), Sequence.Identity, Sequence.Of(new Activation(ActivationKind.Relu6), Conv("b", 4, 4))),
        ["residual with identity"] = Sequence.Of(
            new Branches(BranchCombination.Sum, [Sequence.Of(Conv("a", 4, 4), new BatchNormalization("n", 4)), Sequence.Identity]),
            new Activation(ActivationKind.Relu)),
        ["residual with projection"] = Sequence.Of(
            new Branches(BranchCombination.Sum, [Sequence.Of(new Activation(ActivationKind.Relu), Conv("a", 4, 6)), Conv("b", 4, 6)]),
            new Activation(ActivationKind.Relu)),
        ["residual with zero channels"] = Sequence.Of(
            new Branches(BranchCombination.Sum, [new Convolution("a", 4, 6, Three, Two, One), Sequence.Of(new Pooling(PoolingKind.Average, One, Two, Zero), new ZeroPadChannels(6))]),
            new Activation(ActivationKind.Relu)),
        ["sum of three"] = new Branches(BranchCombination.Sum, [Conv("a", 4, 4), Conv("b", 4, 4), Sequence.Identity]),
        ["dense layers"] = Sequence.Of(Dense("x", 4), Dense("y", 6), new BatchNormalization("n", 8), new Activation(ActivationKind.Relu)),
        ["squeeze and excitation"] = Sequence.Of(
            Conv("a", 4, 4),
            new Activation(ActivationKind.Silu),
            new Branches(BranchCombination.Multiply, [Sequence.Identity, Sequence.Of(new GlobalAveragePooling(), new Convolution("f", 4, 4, One, One, Zero, Bias: true), new Activation(ActivationKind.Sigmoid))]),
            Conv("b", 4, 4)),
    };

    [Theory]
    [MemberData(nameof(TreeNames))]
    public void Gradients_AgreeWithFiniteDifferences(string tree)
    {
        AssertGradients(Trees[tree], updateStatistics: false);
        AssertGradients(Trees[tree], updateStatistics: true);
    }

    [Theory]
    [MemberData(nameof(TreeNames))]
    public void ForwardAndBackward_LeaveNoTensorBehind_AndTheInputAlone(string tree)
    {
        using var fixture = new TreeFixture(Trees[tree], seed: 3);
        var runner = new LayerRunner(fixture.State);
        using var input = randn([2, 4, 6, 6], ScalarType.Float64, generator: fixture.Generator);
        using var copy = input.clone();
        Run();
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        Run();

        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        Assert.False(input.IsInvalid);
        Assert.True(input.equal(copy).all().item<bool>());

        void Run()
        {
            using var output = runner.Apply(Trees[tree], input, updateStatistics: true);
            using var sum = output.sum();
            if (sum.requires_grad)
            {
                sum.backward();
            }
        }
    }

    [Theory]
    [MemberData(nameof(TreeNames))]
    public void Shape_IsWhatTheCounterSays(string tree)
    {
        using var fixture = new TreeFixture(Trees[tree], seed: 3);
        using var input = randn([2, 4, 7, 6], ScalarType.Float64, generator: fixture.Generator);
        using var output = new LayerRunner(fixture.State).Apply(Trees[tree], input, updateStatistics: false);
        var counter = new LayerCounter();
        var shape = counter.Apply(Trees[tree], new FeatureShape(4, [7, 6]));

        Assert.Equal([2, shape.Channels, .. shape.Spatial], output.shape);
        Assert.Equal(fixture.State.Values.Where(t => t.requires_grad).Sum(t => t.numel()), counter.Parameters);
    }

    [Fact]
    public void Identity_ReturnsTheInputItself()
    {
        using var input = ones(1, 2, 3, 3);

        Assert.Same(input, new LayerRunner(new Dictionary<string, Tensor>()).Apply(Sequence.Identity, input, updateStatistics: true));
        Assert.False(input.IsInvalid);
    }

    [Fact]
    public void Relu_OfTheCallersTensor_IsNotInPlace()
    {
        using var input = tensor([-1f, 2f]).reshape(1, 2, 1, 1);
        using var output = new LayerRunner(new Dictionary<string, Tensor>()).Apply(Sequence.Of(new Activation(ActivationKind.Relu), new Activation(ActivationKind.Relu)), input, updateStatistics: false);

        Assert.Equal([-1f, 2f], input.data<float>().ToArray());
        Assert.Equal([0f, 2f], output.data<float>().ToArray());
    }

    [Fact]
    public void BatchNormalization_CountsAndMovesStatisticsOnlyWhenAsked()
    {
        var layer = new BatchNormalization("n", 4);
        using var fixture = new TreeFixture(layer, seed: 1);
        var runner = new LayerRunner(fixture.State);
        using var input = randn([3, 4, 2, 2], ScalarType.Float64, generator: fixture.Generator).mul_(2).add_(5);
        using var meanBefore = fixture.State["n.running_mean"].clone();

        runner.Apply(layer, input, updateStatistics: false).Dispose();
        Assert.Equal(0, fixture.State["n.num_batches_tracked"].item<long>());
        Assert.True(fixture.State["n.running_mean"].equal(meanBefore).all().item<bool>());

        runner.Apply(layer, input, updateStatistics: true).Dispose();
        Assert.Equal(1, fixture.State["n.num_batches_tracked"].item<long>());

        // Momentum 0.1: nine tenths of the old mean and a tenth of the batch's.
        using var expected = meanBefore * 0.9 + input.mean([0L, 2L, 3L]) * 0.1;
        Assert.True(fixture.State["n.running_mean"].allclose(expected));
    }

    [Fact]
    public void BatchNormalization_OneValuePerChannel_ThrowsAndKeepsTheStatistics()
    {
        var layer = new BatchNormalization("layer4.0.bn1", 4);
        using var fixture = new TreeFixture(layer, seed: 1);
        var runner = new LayerRunner(fixture.State);
        using var input = ones([1, 4, 1, 1], ScalarType.Float64);

        var exception = Assert.Throws<InvalidOperationException>(() => runner.Apply(layer, input, updateStatistics: true));

        Assert.Contains("layer4.0.bn1", exception.Message, StringComparison.Ordinal);
        Assert.Contains("at least 2 images", exception.Message, StringComparison.Ordinal);
        Assert.Equal(0, fixture.State["layer4.0.bn1.num_batches_tracked"].item<long>());
        Assert.True(fixture.State["layer4.0.bn1.running_var"].isfinite().all().item<bool>());
        runner.Apply(layer, input, updateStatistics: false).Dispose();
    }

    [Fact]
    public void UnknownLayer_Throws()
    {
        using var input = ones(1, 1, 1, 1);

        Assert.Throws<InvalidOperationException>(() => new LayerRunner(new Dictionary<string, Tensor>()).Apply(new UnknownLayer(), input, updateStatistics: false));
        Assert.Throws<InvalidOperationException>(() => new LayerCounter().Apply(new UnknownLayer(), new FeatureShape(1, [1, 1])));
    }

    private static void AssertGradients(Layer layer, bool updateStatistics)
    {
        using var scope = NewDisposeScope();
        using var fixture = new TreeFixture(layer, seed: 7);
        var runner = new LayerRunner(fixture.State);
        var input = randn([2, 4, 6, 6], ScalarType.Float64, generator: fixture.Generator).requires_grad_(true);
        var first = runner.Apply(layer, input, updateStatistics);

        // Random weights: the plain sum of a normalised batch has no gradient at all.
        var weights = randn(first.shape, ScalarType.Float64, generator: fixture.Generator);
        (first * weights).sum().backward();

        foreach (var variable in fixture.State.Values.Where(t => t.requires_grad).Append(input))
        {
            var analytic = variable.grad!;
            foreach (var position in new[] { 0L, variable.numel() / 3, variable.numel() / 2, variable.numel() - 1 })
            {
                var numeric = (LossAt(variable, position, 1e-6) - LossAt(variable, position, -1e-6)) / 2e-6;
                Assert.Equal(numeric, analytic.reshape(-1)[position].item<double>(), 1e-5 * Math.Max(1, Math.Abs(numeric)));
            }
        }

        double LossAt(Tensor variable, long position, double step)
        {
            using var gradients = no_grad();
            var element = variable.view(-1)[position];
            element.add_(step);
            var loss = (runner.Apply(layer, input, updateStatistics) * weights).sum().item<double>();
            element.add_(-step);
            return loss;
        }
    }

    private static Convolution Conv(string name, int input, int output) => new(name, input, output, Three, One, One);

    private static Branches Dense(string name, int input) => new(
        BranchCombination.Concatenate,
        [Sequence.Identity, Sequence.Of(new BatchNormalization($"{name}.norm", input), new Activation(ActivationKind.Relu), Conv($"{name}.conv", input, 2))]);

    private sealed record UnknownLayer : Layer;

    /// <summary>The tensors of a tree, random, in float64 so that differences are exact enough to check gradients.</summary>
    private sealed class TreeFixture : IDisposable
    {
        public TreeFixture(Layer layer, ulong seed)
        {
            Generator = new Generator(seed, CPU);
            foreach (var parameter in ParameterSpecification.Of(layer))
            {
                using var scope = NewDisposeScope();
                var shape = parameter.Shape.ToArray();
                var value = parameter.Kind switch
                {
                    ParameterKind.BatchCount => zeros(shape, ScalarType.Int64),
                    ParameterKind.RunningVariance => rand(shape, ScalarType.Float64, generator: Generator).add_(0.5),
                    _ => randn(shape, ScalarType.Float64, generator: Generator),
                };
                State.Add(parameter.Name, value.requires_grad_(parameter.IsTrainable).DetachFromDisposeScope());
            }
        }

        public Generator Generator { get; }

        public Dictionary<string, Tensor> State { get; } = [];

        public void Dispose()
        {
            foreach (var tensor in State.Values)
            {
                tensor.Dispose();
            }

            Generator.Dispose();
        }
    }
}
