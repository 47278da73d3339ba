using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Onnx;
using TruncatedTL.MLNet.Weights;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Onnx;

public sealed class BatchNormalizationFoldingTests
{
    [Fact]
    public void EveryOccurrenceIsFoldedAndNothingElseChanges()
    {
        var specification = TestNetworks.Truncated("layer3.1");
        var tensors = RandomTensors.For(specification, seed: 1);
        var options = TestNetworks.OptionsFor(specification);
        var folded = OnnxExporter.Export(specification, tensors, options);
        var unfolded = OnnxExporter.Export(specification, tensors, options with { FoldBatchNormalization = false });

        var foldedNodes = OnnxInspector.Inspect(folded).NodeCounts;
        var unfoldedNodes = OnnxInspector.Inspect(unfolded).NodeCounts;
        Assert.False(foldedNodes.ContainsKey("BatchNormalization"));
        Assert.Equal(15, unfoldedNodes["BatchNormalization"]);
        Assert.Equal(foldedNodes, unfoldedNodes.Where(n => n.Key != "BatchNormalization"));

        var images = TestNetworks.FloatImages(specification, batch: 2);
        var shape = TestNetworks.Shape(specification, 2);
        Agreement.Require(OnnxRun.Run(unfolded, "Image", images, shape)["Logits"].Values, OnnxRun.Run(folded, "Image", images, shape)["Logits"].Values);
    }

    [Fact]
    public void ConvolutionThatIsReadTwiceIsNotFoldedAway()
    {
        // The normalisation follows the branches, not the convolution inside one of them.
        var layer = Sequence.Of(
            new Branches(BranchCombination.Sum, [Convolution(1, bias: false), Sequence.Identity]),
            new BatchNormalization("n", 1));
        var model = OnnxExporter.ExportLayer(layer, new FeatureShape(1, [4, 4]), RandomTensors.For(layer, seed: 1));
        Assert.Equal(1, OnnxInspector.Inspect(model).NodeCounts["BatchNormalization"]);
    }

    [Fact]
    public void FoldedConstantsAreTheFormulas()
    {
        var tensors = new Dictionary<string, TensorData>
        {
            ["c.weight"] = TensorData.FromSingle([2, 1, 1, 1], [3, -5]),
            ["c.bias"] = TensorData.FromSingle([2], [1, 2]),
            ["n.weight"] = TensorData.FromSingle([2], [2, 0]),
            ["n.bias"] = TensorData.FromSingle([2], [10, 20]),
            ["n.running_mean"] = TensorData.FromSingle([2], [0.5f, 7]),
            ["n.running_var"] = TensorData.FromSingle([2], [3, 8]),
        };
        var (weight, bias) = BatchNormalizationFolding.Fold(Convolution(2, bias: true), new BatchNormalization("n", 2, Epsilon: 1), new ExportTensors(tensors));
        Assert.Equal([3f, 0f], weight);
        Assert.Equal([10.5f, 20f], bias);
    }

    [Fact]
    public void VarianceThatCannotBeIsAnError()
    {
        var tensors = RandomTensors.For(Sequence.Of(Convolution(2, bias: false), new BatchNormalization("n", 2)), seed: 1);
        tensors["n.running_var"] = TensorData.FromSingle([2], [1, -1]);
        var exception = Assert.Throws<OnnxExportException>(
            () => BatchNormalizationFolding.Fold(Convolution(2, bias: false), new BatchNormalization("n", 2), new ExportTensors(tensors)));
        Assert.Contains("Channel 1 of 'n'", exception.Message, StringComparison.Ordinal);
    }

    private static Convolution Convolution(int output, bool bias) => new("c", 1, output, [1, 1], [1, 1], [0, 0], Bias: bias);
}
