using TruncatedTL.MLNet.Onnx;
using TruncatedTL.MLNet.Weights;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Onnx;

public sealed class HeadAdjustmentTests
{
    [Fact]
    public void OutputIsTheInverseOfTheLinearFunction()
    {
        var specification = TestNetworks.Truncated();
        var tensors = RandomTensors.For(specification, seed: 1);
        var options = TestNetworks.OptionsFor(specification);
        var adjustment = new HeadAdjustment(-1.7, [0.25, -3, 11]);
        var plain = OnnxExporter.Export(specification, tensors, options);
        var adjusted = OnnxExporter.Export(specification, tensors, options with { HeadAdjustment = adjustment });

        var images = TestNetworks.FloatImages(specification, batch: 2);
        var z = OnnxRun.Run(plain, "Image", images, TestNetworks.Shape(specification, 2))["Logits"].Values;
        var y = OnnxRun.Run(adjusted, "Image", images, TestNetworks.Shape(specification, 2))["Logits"].Values;
        Agreement.Require(z, y.Select((value, i) => (float)(adjustment.Scale * value + adjustment.Offsets[i % 3])).ToArray(), tolerance: 1e-6);
        Assert.True(Agreement.Between(z, y) > 0.1);
        Assert.Equal(OnnxInspector.Inspect(plain).NodeCounts, OnnxInspector.Inspect(adjusted).NodeCounts);
        Assert.Equal(plain.Length, adjusted.Length);
    }

    [Fact]
    public void PowersOfTwoAreExact()
    {
        var (weight, bias) = new HeadAdjustment(-0.5, [1, 2]).Apply([0.1f, 0.2f, 0.3f, 0.4f], [3, 1]);
        Assert.Equal([-2 * 0.1f, -2 * 0.2f, -2 * 0.3f, -2 * 0.4f], weight);
        Assert.Equal([-4f, 2f], bias);
    }

    [Fact]
    public void NeutralAdjustmentGivesTheSameBytes()
    {
        var specification = TestNetworks.Truncated();
        var tensors = RandomTensors.For(specification, seed: 1);
        var options = TestNetworks.OptionsFor(specification);
        Assert.Equal(
            OnnxExporter.Export(specification, tensors, options),
            OnnxExporter.Export(specification, tensors, options with { HeadAdjustment = new HeadAdjustment(1, [0, 0, 0]) }));
    }

    [Fact]
    public void TensorsOfTheCallerAreNotChanged()
    {
        var specification = TestNetworks.Truncated();
        var tensors = RandomTensors.For(specification, seed: 1);
        var before = tensors.ToDictionary(t => t.Key, t => t.Value.Bytes.ToArray());
        OnnxExporter.Export(specification, tensors, TestNetworks.OptionsFor(specification) with { HeadAdjustment = new HeadAdjustment(2, [1, 2, 3]) });
        Assert.All(tensors, t => Assert.Equal(before[t.Key], t.Value.Bytes.ToArray()));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(double.NaN, 1)]
    [InlineData(double.PositiveInfinity, 1)]
    [InlineData(1, double.NaN)]
    public void NumbersThatCannotBeInvertedAreErrors(double scale, double offset) =>
        Assert.Throws<ArgumentException>(() => new HeadAdjustment(scale, [offset]).Apply([1f], [1f]));

    [Fact]
    public void OffsetsForAnotherNumberOfOutputsAreAnError()
    {
        var exception = Assert.Throws<ArgumentException>(() => new HeadAdjustment(1, [1, 2]).Apply([1f, 2f, 3f], [1f, 2f, 3f]));
        Assert.Contains("2 offsets", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OverflowIsAnError() =>
        Assert.Throws<OnnxExportException>(() => new HeadAdjustment(1e-30, [0]).Apply([1e20f], [1f]));

    [Fact]
    public void ProbabilitiesOfAdjustedScoresAreRefused()
    {
        var specification = TestNetworks.Truncated();
        var options = TestNetworks.OptionsFor(specification) with { HeadAdjustment = new HeadAdjustment(2, [1, 2, 3]), ProbabilitiesName = "Probabilities" };
        Assert.Throws<ArgumentException>(() => OnnxExporter.Export(specification, new Dictionary<string, TensorData>(), options));
    }
}
