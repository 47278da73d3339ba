using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Networks;
using Xunit;
using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Tests.Networks;

public class ParameterInitializerTests : SingleThreadedTorchTests
{
    [Theory]
    [InlineData("ConvolutionWeight", new long[] { 256, 64, 3, 3 }, 256 * 9)]
    [InlineData("ConvolutionWeight", new long[] { 64, 16, 3, 3, 3 }, 64 * 27)]
    [InlineData("LinearWeight", new long[] { 100, 512 }, 512)]
    public void Weights_AreKaimingNormal(string kind, long[] shape, int fan)
    {
        using var value = ParameterInitializer.Create(new ParameterSpecification("w", shape, Enum.Parse<ParameterKind>(kind)), seed: 1);
        using var deviation = value.std();
        using var mean = value.mean();
        var expected = Math.Sqrt(2.0 / fan);

        Assert.Equal(shape, value.shape);
        Assert.Equal(expected, deviation.item<float>(), 0.03 * expected);
        Assert.Equal(0, mean.item<float>(), 0.03 * expected);
    }

    [Theory]
    [InlineData("NormalizationWeight", 1)]
    [InlineData("RunningVariance", 1)]
    [InlineData("Bias", 0)]
    [InlineData("RunningMean", 0)]
    public void NormalizationsStartAsTheIdentity(string kind, float expected)
    {
        using var value = ParameterInitializer.Create(new ParameterSpecification("n", [5], Enum.Parse<ParameterKind>(kind)), seed: 1);

        Assert.Equal(Enumerable.Repeat(expected, 5), value.data<float>().ToArray());
    }

    [Fact]
    public void BatchCount_IsAnIntegerZero()
    {
        using var value = ParameterInitializer.Create(new ParameterSpecification("n", [], ParameterKind.BatchCount), seed: 1);

        Assert.Equal(ScalarType.Int64, value.dtype);
        Assert.Equal(0, value.item<long>());
    }

    [Fact]
    public void Values_DependOnNameAndSeedOnly()
    {
        using var first = Create("layer1.0.conv1.weight", 1);
        manual_seed(99);
        using var again = Create("layer1.0.conv1.weight", 1);
        using var otherName = Create("layer1.0.conv2.weight", 1);
        using var otherSeed = Create("layer1.0.conv1.weight", 2);

        Assert.True(first.equal(again).all().item<bool>());
        Assert.False(first.equal(otherName).any().item<bool>());
        Assert.False(first.equal(otherSeed).any().item<bool>());
    }

    [Fact]
    public void UnknownKind_Throws() =>
        Assert.Throws<InvalidOperationException>(() => ParameterInitializer.Create(new ParameterSpecification("x", [1], (ParameterKind)99), seed: 1));

    private static Tensor Create(string name, int seed) =>
        ParameterInitializer.Create(new ParameterSpecification(name, [8, 4, 3, 3], ParameterKind.ConvolutionWeight), seed);
}
