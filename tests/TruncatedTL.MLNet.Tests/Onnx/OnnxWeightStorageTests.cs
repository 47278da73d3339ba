using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Onnx;
using TruncatedTL.MLNet.Weights;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Onnx;

public sealed class OnnxWeightStorageTests
{
    [Fact]
    public void HalfPrecisionHalvesTheFileAndBarelyMovesTheLogits()
    {
        var specification = TestNetworks.Truncated("layer3.1");
        var tensors = RandomTensors.For(specification, seed: 1);
        var options = TestNetworks.OptionsFor(specification);
        var single = OnnxExporter.Export(specification, tensors, options);
        var half = OnnxExporter.Export(specification, tensors, options with { WeightStorage = OnnxWeightStorage.Float16 });
        Assert.InRange((double)half.Length / single.Length, 0.5, 0.505);

        var images = TestNetworks.FloatImages(specification, batch: 2);
        var expected = OnnxRun.Run(single, "Image", images, TestNetworks.Shape(specification, 2))["Logits"].Values;
        var actual = OnnxRun.Run(half, "Image", images, TestNetworks.Shape(specification, 2))["Logits"].Values;

        // A half has 11 significant bits; rounding errors of many weights average out.
        Agreement.Require(expected, actual, tolerance: 2e-3);
        Assert.NotEqual(expected, actual);
    }

    [Fact]
    public void WeightsThatHalvesCanHoldAreExact()
    {
        var layer = new Convolution("c", 1, 2, [1, 1], [1, 1], [0, 0], Bias: true);
        var tensors = Tensors(0.5f, -3);
        var model = OnnxExporter.ExportLayer(layer, new FeatureShape(1, [1, 2]), tensors, storage: OnnxWeightStorage.Float16);
        Assert.Equal(1, OnnxInspector.Inspect(model).NodeCounts["Cast"]);
        Assert.Equal([0.6f, 1.1f, 99997f, 99994f], OnnxRun.Run(model, "input", [1f, 2f], 1, 1, 1, 2)["output"].Values);
    }

    [Theory]
    [InlineData(70000)]
    [InlineData(-1e30f)]
    public void WeightsBeyondTheRangeOfHalvesStayInSinglePrecision(float weight)
    {
        var layer = new Convolution("c", 1, 2, [1, 1], [1, 1], [0, 0], Bias: true);
        var model = OnnxExporter.ExportLayer(layer, new FeatureShape(1, [1, 1]), Tensors(weight, 1), storage: OnnxWeightStorage.Float16);
        Assert.False(OnnxInspector.Inspect(model).NodeCounts.ContainsKey("Cast"));
        Assert.Equal(weight + 0.1f, OnnxRun.Run(model, "input", [1f], 1, 1, 1, 1)["output"].Values[0]);
    }

    private static Dictionary<string, TensorData> Tensors(float first, float second) => new()
    {
        ["c.weight"] = TensorData.FromSingle([2, 1, 1, 1], [first, second]),
        // The second bias is beyond the range of halves, the first not a half: biases are never rounded.
        ["c.bias"] = TensorData.FromSingle([2], [0.1f, 100000]),
    };
}
