using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Networks;
using TruncatedTL.MLNet.Onnx;
using TruncatedTL.MLNet.Strategies;
using TruncatedTL.MLNet.Weights;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Onnx;

/// <summary>Exported classifiers give TorchSharp's logits.</summary>
public sealed class ClassifierExportTests
{
    [Theory]
    [InlineData(BackboneNames.ResNet18, "stem", HeadPooling.Average)]
    [InlineData(BackboneNames.ResNet18, "stem", HeadPooling.Flatten)]
    [InlineData(BackboneNames.ResNet18, "layer1.1", HeadPooling.AverageAndMax)]
    [InlineData(BackboneNames.ResNet18, "layer2.0", HeadPooling.Flatten)]
    [InlineData(BackboneNames.ResNet18, "layer2.1", HeadPooling.Average)]
    [InlineData(BackboneNames.ResNet18, "layer4.1", HeadPooling.Average)]
    [InlineData(BackboneNames.ResNet18, "layer3.1", HeadPooling.Flatten)]
    [InlineData(BackboneNames.ResNet50, "layer1.0", HeadPooling.Average)]
    [InlineData(BackboneNames.ResNet50, "layer2.3", HeadPooling.AverageAndMax)]
    [InlineData(BackboneNames.ResNet50, "layer3.0", HeadPooling.Flatten)]
    public void LogitsEqualTorchSharps(string backbone, string cut, HeadPooling pooling)
    {
        var specification = TestNetworks.Truncated(cut, backbone, pooling);
        var tensors = RandomTensors.For(specification, seed: cut.Length);
        var floats = TestNetworks.FloatImages(specification, batch: 3);
        var bytes = RandomTensors.Bytes(new Random(7), floats.Length);
        var expectedOfFloats = Expect(specification, tensors, floats, batch: 3);
        var expectedOfBytes = Expect(specification, tensors, bytes.Select(b => (float)b), batch: 3);
        foreach (var fold in new[] { true, false })
        {
            var options = TestNetworks.OptionsFor(specification) with { FoldBatchNormalization = fold };
            var ofFloats = OnnxRun.Run(OnnxExporter.Export(specification, tensors, options), "Image", floats, TestNetworks.Shape(specification, 3))["Logits"];
            Assert.Equal([3, 3], ofFloats.Shape);
            Agreement.Require(expectedOfFloats, ofFloats.Values);

            options = TestNetworks.OptionsFor(specification, OnnxInputElement.UInt8) with { FoldBatchNormalization = fold };
            var ofBytes = OnnxRun.Run(OnnxExporter.Export(specification, tensors, options), "Image", bytes, TestNetworks.Shape(specification, 3))["Logits"];
            Agreement.Require(expectedOfBytes, ofBytes.Values);
        }
    }

    [Fact]
    public void SnapshotOfANetworkIsExported()
    {
        var specification = TestNetworks.Truncated("layer1.0");
        using var network = TransferNetwork.Create(specification, seed: 3, TorchSharp.torch.CPU);
        var tensors = network.Snapshot();
        var images = TestNetworks.FloatImages(specification, batch: 1);
        var model = OnnxExporter.Export(specification, tensors, TestNetworks.OptionsFor(specification));
        var logits = OnnxRun.Run(model, "Image", images, TestNetworks.Shape(specification, 1))["Logits"].Values;
        Agreement.Require(Expect(specification, tensors, images, batch: 1), logits);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void GreyAndManyChannelImages(int channels)
    {
        var specification = TestNetworks.Truncated(channels: channels);
        var tensors = RandomTensors.For(specification, seed: 1);
        var images = TestNetworks.FloatImages(specification, batch: 1);
        var model = OnnxExporter.Export(specification, tensors, TestNetworks.OptionsFor(specification));
        var logits = OnnxRun.Run(model, "Image", images, TestNetworks.Shape(specification, 1))["Logits"].Values;
        Agreement.Require(Expect(specification, tensors, images, batch: 1), logits);
    }

    [Fact]
    public void TransFusionIsExported()
    {
        var plan = TransferStrategy.TransFusion("layer1.0", slim: 4).Resolve(Backbone.Create(BackboneNames.ResNet18));
        var specification = new NetworkSpecification(plan, HeadPooling.Average, 2, [32, 32]);
        var tensors = RandomTensors.For(specification, seed: 2);
        var images = TestNetworks.FloatImages(specification, batch: 2);
        var model = OnnxExporter.Export(specification, tensors, TestNetworks.OptionsFor(specification));
        var logits = OnnxRun.Run(model, "Image", images, TestNetworks.Shape(specification, 2))["Logits"].Values;
        Agreement.Require(Expect(specification, tensors, images, batch: 2), logits);
    }

    [Fact]
    public void BatchIsFreeAndDoesNotMixImages()
    {
        var specification = TestNetworks.Truncated();
        var model = OnnxExporter.Export(specification, RandomTensors.For(specification, seed: 4), TestNetworks.OptionsFor(specification));
        var three = TestNetworks.FloatImages(specification, batch: 3);
        var together = OnnxRun.Run(model, "Image", three, TestNetworks.Shape(specification, 3))["Logits"].Values;
        var oneByOne = three.Chunk(three.Length / 3).SelectMany(image => OnnxRun.Run(model, "Image", image, TestNetworks.Shape(specification, 1))["Logits"].Values);
        Agreement.Require(together, oneByOne.ToArray(), tolerance: 1e-5);
    }

    [Fact]
    public void SameArgumentsGiveTheSameBytes()
    {
        var specification = TestNetworks.Truncated();
        var options = TestNetworks.OptionsFor(specification);
        var forwards = options with { Metadata = new Dictionary<string, string> { ["a"] = "1", ["b"] = "2" } };
        var backwards = options with { Metadata = new Dictionary<string, string> { ["b"] = "2", ["a"] = "1" } };
        var first = OnnxExporter.Export(specification, RandomTensors.For(specification, seed: 4), forwards);
        Assert.Equal(first, OnnxExporter.Export(specification, RandomTensors.For(specification, seed: 4), backwards));
        Assert.NotEqual(first, OnnxExporter.Export(specification, RandomTensors.For(specification, seed: 5), forwards));
    }

    [Fact]
    public void StreamHoldsTheSameBytesAndStaysOpen()
    {
        var specification = TestNetworks.Truncated();
        var tensors = RandomTensors.For(specification, seed: 4);
        var options = TestNetworks.OptionsFor(specification);
        using var stream = new MemoryStream();
        OnnxExporter.Export(stream, specification, tensors, options);
        Assert.True(stream.CanWrite);
        Assert.Equal(OnnxExporter.Export(specification, tensors, options), stream.ToArray());
    }

    [Theory]
    [InlineData(3)]
    [InlineData(1)]
    public void ProbabilitiesAndFeaturesAreFurtherOutputs(int outputs)
    {
        var specification = TestNetworks.Truncated(outputs: outputs, pooling: HeadPooling.AverageAndMax);
        var tensors = RandomTensors.For(specification, seed: 6);
        var options = TestNetworks.OptionsFor(specification) with { ProbabilitiesName = "Probabilities", FeaturesName = "Features" };
        var results = OnnxRun.Run(
            OnnxExporter.Export(specification, tensors, options), "Image", TestNetworks.FloatImages(specification, batch: 2), TestNetworks.Shape(specification, 2));

        Assert.Equal([2, specification.HeadFeatures], results["Features"].Shape);
        var logits = results["Logits"].Values.Chunk(outputs).ToArray();
        var weight = tensors["fc.weight"].ToSingle().Chunk(specification.HeadFeatures).ToArray();
        var bias = tensors["fc.bias"].ToSingle();
        var features = results["Features"].Values.Chunk(specification.HeadFeatures);
        var linear = features.SelectMany(f => weight.Select((row, k) => bias[k] + row.Zip(f, (w, x) => w * x).Sum()));
        Agreement.Require(linear.ToArray(), logits.SelectMany(z => z).ToArray());

        var probabilities = logits.SelectMany(z => outputs == 1
            ? z.Select(value => 1 / (1 + MathF.Exp(-value)))
            : z.Select(value => MathF.Exp(value - z.Max()) / z.Sum(other => MathF.Exp(other - z.Max()))));
        Assert.Equal([2, outputs], results["Probabilities"].Shape);
        Agreement.Require(probabilities.ToArray(), results["Probabilities"].Values, tolerance: 1e-5);
    }

    [Theory]
    [InlineData("Röntgen image (left) №1 / \"x\"")]
    [InlineData(" ")]
    [InlineData("conv1.weight")]
    [InlineData("fc")]
    [InlineData("input.normalized")]
    [InlineData("画像\t🩻")]
    public void AnyColumnNameWillDo(string name)
    {
        var specification = TestNetworks.Truncated();
        var tensors = RandomTensors.For(specification, seed: 8);
        var options = TestNetworks.OptionsFor(specification);
        options = options with
        {
            Input = options.Input with { Name = name },
            LogitsName = $"{name}!",
            ProbabilitiesName = $"p {name}",
            FeaturesName = "head.flatten",
        };
        var images = TestNetworks.FloatImages(specification, batch: 1);
        var results = OnnxRun.Run(OnnxExporter.Export(specification, tensors, options), name, images, TestNetworks.Shape(specification, 1));
        Assert.Equal([$"{name}!", $"p {name}", "head.flatten"], results.Keys);
        Agreement.Require(Expect(specification, tensors, images, batch: 1), results[$"{name}!"].Values);
    }

    private static float[] Expect(NetworkSpecification specification, IReadOnlyDictionary<string, TensorData> tensors, IEnumerable<float> images, int batch) =>
        TorchReference.Logits(specification, tensors, TestNetworks.Normalization, images, TestNetworks.Shape(specification, batch));
}
