using TorchSharp.Modules;
using TruncatedTL.MLNet.Networks;
using TruncatedTL.MLNet.Training;
using Xunit;
using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Tests.Training;

[Collection(TorchCollection.Name)]
public class NetworkOptimizerTests
{
    [Theory]
    // AdamW shrinks by 1 - 0.1 x 0.1 and then steps by the rate against the sign of the gradient.
    [InlineData(OptimizerKind.AdamW, -0.05, 0.99 + 0.1)]
    // Adam steps against the sign of -0.05 + 0.1 x 1.
    [InlineData(OptimizerKind.Adam, -0.05, 1 - 0.1)]
    // Nesterov momentum: the first step is (1 + 0.9) x the gradient, here -0.05 + 0.1 x 1.
    [InlineData(OptimizerKind.Sgd, -0.05, 1 - 0.1 * 1.9 * 0.05)]
    public void FirstStep_EqualsTheHandComputedValue(OptimizerKind kind, double gradient, double expected)
    {
        using var scope = NewDisposeScope();
        var weight = new Parameter(ones(1));
        using var optimizer = new NetworkOptimizer([new ParameterGroup([weight], 0.1, 0.1)], kind, null);

        (weight * gradient).sum().backward();
        optimizer.Step();

        Assert.Equal(expected, weight.item<float>(), 5);
        Assert.Equal(0, weight.grad!.item<float>());
    }

    [Theory]
    [InlineData(OptimizerKind.Adam)]
    [InlineData(OptimizerKind.AdamW)]
    [InlineData(OptimizerKind.Sgd)]
    public void ManySteps_MoveAsTorchSharpsOptimizer(OptimizerKind kind)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(5, CPU);
        var initial = randn([4, 3, 2, 2], generator: generator);
        Parameter[] ours = [new(MemoryLayout.ChannelsLast(initial)), new(initial[0].clone())];
        Parameter[] theirs = [new(initial.clone()), new(initial[0].clone())];
        using var optimizer = new NetworkOptimizer([new ParameterGroup(ours, 0.01, 0.1)], kind, null);
        using optim.Optimizer reference = kind switch
        {
            OptimizerKind.Adam => optim.Adam(theirs, 0.01, weight_decay: 0.1),
            OptimizerKind.AdamW => optim.AdamW(theirs, 0.01, weight_decay: 0.1),
            _ => optim.SGD(theirs, 0.01, momentum: 0.9, weight_decay: 0.1, nesterov: true),
        };
        for (var step = 0; step < 20; step++)
        {
            var target = randn([4, 3, 2, 2], generator: generator);
            ((ours[0] - target).pow(2) + ours[1] * target).sum().backward();
            ((theirs[0] - target).pow(2) + theirs[1] * target).sum().backward();
            optimizer.Step();
            reference.step();
            reference.zero_grad();
        }

        Assert.False(ours[0].allclose(initial, atol: 0.01));
        Assert.True(ours[0].allclose(theirs[0], rtol: 1e-4, atol: 1e-5));
        Assert.True(ours[1].allclose(theirs[1], rtol: 1e-4, atol: 1e-5));
    }

    // What a GPU computes is written in libtorch's operations; the kernel must give the same numbers, also in the part of a vector and of a piece at the end. The moments are the same to
    // the last bit; libtorch's square root is not rounded correctly, which moves a weight by its last bit at most, in each of the five steps.
    [Theory]
    [InlineData(0, 70)]
    [InlineData(0.1, 70)]
    [InlineData(0.1, 1100)]
    public void AdamKernel_EqualsLibtorchsOperations(double decay, int outputs)
    {
        const double Rate = 0.01;
        using var scope = NewDisposeScope();
        using var generator = new Generator(3, CPU);
        var wide = new Parameter(MemoryLayout.ChannelsLast(randn([outputs, 65, 5, 3], generator: generator)));
        var narrow = new Parameter(randn([13], generator: generator));
        Parameter[] parameters = [wide, narrow];
        Tensor[] values = [.. parameters.Select(parameter => parameter.detach().clone())];
        Tensor[] first = [.. values.Select(value => zeros_like(value))];
        Tensor[] second = [.. values.Select(value => zeros_like(value))];
        using var optimizer = new NetworkOptimizer([new ParameterGroup(parameters, Rate, decay)], OptimizerKind.AdamW, null);
        for (var step = 1; step <= 5; step++)
        {
            var correction = Math.Sqrt(1 - Math.Pow(0.999, step));
            for (var i = 0; i < parameters.Length; i++)
            {
                using var gradients = no_grad();
                var gradient = randn(parameters[i].shape, generator: generator) * 0.1;
                parameters[i].grad!.copy_(gradient);
                first[i].mul_(0.9).add_(gradient, 1 - 0.9);
                second[i].mul_(0.999).addcmul_(gradient, gradient, 1 - 0.999);
                values[i].mul_(1 - (Rate * decay)).addcdiv_(first[i], second[i].sqrt() + (1e-8 * correction), -Rate * correction / (1 - Math.Pow(0.9, step)));
            }

            optimizer.Step();
        }

        foreach (var (expected, actual) in values.Zip(parameters))
        {
            Assert.True((expected - actual).abs().le((expected.abs() + 0.02) * (5 * 1.2e-7)).all().item<bool>());
        }

        var wideLength = wide.numel();
        Tensor[][] moments = [first, second];
        foreach (var (expected, (_, actual)) in moments.Zip(optimizer.Moments))
        {
            // The moments of the channels-last parameter lie as it does.
            Assert.True(actual.narrow(0, 0, wideLength).eq(expected[0].permute(0, 2, 3, 1).flatten()).all().item<bool>());
            Assert.True(actual.narrow(0, wideLength, narrow.numel()).eq(expected[1]).all().item<bool>());
        }

        Assert.Equal(0, parameters.Max(parameter => parameter.grad!.abs().max().item<float>()));
    }

    [Fact]
    public void Gradients_AreReleasedWithTheOptimizer()
    {
        using var scope = NewDisposeScope();
        var weight = new Parameter(ones(3));
        var optimizer = new NetworkOptimizer([new ParameterGroup([weight], 1, 0)], OptimizerKind.Sgd, null);
        Assert.NotNull(weight.grad);

        optimizer.Dispose();

        Assert.Null(weight.grad);
    }

    [Fact]
    public void ParameterWithGapsInMemory_IsRefused()
    {
        using var scope = NewDisposeScope();
        var everySecond = new Parameter(ones(4, 4).slice(1, 0, 4, 2));

        Assert.Throws<ArgumentException>(() => new FlatTensor([everySecond]));
    }

    [Theory]
    [InlineData(OptimizerKind.Adam)]
    [InlineData(OptimizerKind.AdamW)]
    [InlineData(OptimizerKind.Sgd)]
    public void Groups_HaveTheirOwnRateAndDecay_TimesACommonFactor(OptimizerKind kind)
    {
        using var scope = NewDisposeScope();
        Parameter[] weights = [new(ones(1)), new(ones(1)), new(ones(1))];
        using var optimizer = new NetworkOptimizer(
            [new ParameterGroup([weights[0]], 0.01, 0), new ParameterGroup([weights[1]], 0.04, 0), new ParameterGroup([weights[2]], 0.01, 0.5)],
            kind,
            null);

        optimizer.SetLearningRateFactor(0.5);
        (weights[0] + weights[1] + weights[2]).sum().backward();
        optimizer.Step();
        var moved = weights.Select(weight => 1 - weight.item<float>()).ToArray();

        Assert.Equal((kind == OptimizerKind.Sgd ? 1.9f : 1) * 0.005f, moved[0], 5);
        Assert.Equal(4, moved[1] / moved[0], 3);
        var decay = kind switch { OptimizerKind.Adam => 0, OptimizerKind.AdamW => 0.005 * 0.5, _ => 0.005 * 1.9 * 0.5 };
        Assert.Equal(decay, moved[2] - moved[0], 5);
    }

    [Theory]
    [InlineData(1.0, 0.2)]
    [InlineData(10.0, 1.0)]
    public void Clipping_ScalesAllGradientsByTheirCommonNorm(double limit, double factor)
    {
        using var scope = NewDisposeScope();
        Parameter[] weights = [new(zeros(1)), new(zeros(2))];
        using var optimizer = new NetworkOptimizer([new ParameterGroup(weights, 1, 0)], OptimizerKind.Sgd, limit);

        (weights[0] * 3 + weights[1].sum() * Math.Sqrt(8)).sum().backward();
        optimizer.Step();

        Assert.Equal(-1.9 * 3 * factor, weights[0].item<float>(), 4);
        Assert.Equal(-1.9 * Math.Sqrt(8) * factor, weights[1][1].item<float>(), 4);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void IsFinite_FindsASingleBadValue(float value)
    {
        using var scope = NewDisposeScope();
        var weight = new Parameter(ones(5));
        using var optimizer = new NetworkOptimizer([new ParameterGroup([new Parameter(ones(2)), weight], 1, 0)], OptimizerKind.Sgd, null);

        Assert.True(optimizer.IsFinite());
        using (no_grad())
        {
            weight[3] = tensor(value);
        }

        Assert.False(optimizer.IsFinite());
    }
}
