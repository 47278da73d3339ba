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
    public void A_calibration_changes_logits_and_probabilities_and_comes_before_the_adjustment()
    {
        var specification = TestNetworks.Truncated();
        var tensors = RandomTensors.For(specification, seed: 1);
        var options = TestNetworks.OptionsFor(specification);
        var calibration = new HeadCalibration([0.5, 2, 1.5], [0.25, -3, 1]);
        var plain = OnnxExporter.Export(specification, tensors, options);
        var calibrated = OnnxExporter.Export(specification, tensors, options with { Calibration = calibration, ProbabilitiesName = "Probabilities" });
        var adjusted = OnnxExporter.Export(specification, tensors, options with { Calibration = calibration, HeadAdjustment = new HeadAdjustment(-1.7, [1, 2, 3]) });

        IReadOnlyDictionary<string, OnnxResult> Run(byte[] model) => OnnxRun.Run(model, "Image", TestNetworks.FloatImages(specification, batch: 2), TestNetworks.Shape(specification, 2));
        var z = Run(plain)["Logits"].Values.Select((value, i) => (float)(calibration.Slopes[i % 3] * value + calibration.Offsets[i % 3])).ToArray();
        var results = Run(calibrated);
        Agreement.Require(z, results["Logits"].Values, tolerance: 1e-5);
        Agreement.Require(z, Run(adjusted)["Logits"].Values.Select((value, i) => (-1.7f * value) + 1 + (i % 3)).ToArray(), tolerance: 1e-5);
        foreach (var (logits, probabilities) in z.Chunk(3).Zip(results["Probabilities"].Values.Chunk(3)))
        {
            var sum = logits.Sum(MathF.Exp);
            Agreement.Require(logits.Select(value => MathF.Exp(value) / sum).ToArray(), probabilities, tolerance: 1e-5);
        }
    }

    [Fact]
    public void A_calibration_that_does_not_fit_is_refused()
    {
        var adjustment = new HeadAdjustment(1, [0, 0]);
        Assert.Throws<ArgumentException>(() => (adjustment with { Calibration = new([1], [0]) }).Apply([1, 2], [3, 4]));
        Assert.Throws<ArgumentException>(() => (adjustment with { Calibration = new([1, 0], [0, 0]) }).Apply([1, 2], [3, 4]));
        Assert.Throws<ArgumentException>(() => (adjustment with { Calibration = new([1, 1], [0, double.NaN]) }).Apply([1, 2], [3, 4]));
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
