using TruncatedTL.MLNet.Onnx;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Onnx;

public sealed class OnnxInspectorTests
{
    [Fact]
    public void ModelIsDescribed()
    {
        var specification = TestNetworks.Truncated("layer1.0");
        var options = TestNetworks.OptionsFor(specification) with
        {
            Input = new OnnxImageInput("Image", OnnxInputElement.UInt8, [3, 64, 48]),
            ProbabilitiesName = "Probabilities",
            Metadata = new Dictionary<string, string> { ["strategy"] = "Truncated(layer1.0)", ["classes"] = "benign\nmalignant\nnormal" },
        };
        var summary = OnnxInspector.Inspect(OnnxExporter.Export(specification, RandomTensors.For(specification, seed: 1), options));

        Assert.Equal(8, summary.IrVersion);
        Assert.Equal(18, summary.OperatorSet);
        Assert.StartsWith("TruncatedTL.MLNet ", summary.Producer, StringComparison.Ordinal);
        Assert.Equal(["Image: Uint8 [N, 3, 64, 48]"], summary.Inputs.Select(v => v.ToString()));
        Assert.Equal(["Logits: Float [N, 3]", "Probabilities: Float [N, 3]"], summary.Outputs.Select(v => v.ToString()));
        Assert.Equal(options.Metadata, summary.Metadata);
        Assert.Equal(3, summary.NodeCounts["Conv"]);
        Assert.Equal(1, summary.NodeCounts["Resize"]);

        // Three convolutions with folded bias, the head, factor and offset per channel, two clip limits, two 64-bit lengths.
        Assert.Equal(3 * 2 + 2 + 2 + 2 + 1, summary.InitializerCount);
        var values = 3 * 64 * 49 + 64 + 2 * (64 * 64 * 9 + 64) + 3 * 64 + 3 + 2 * 3 + 2 + 2 * 2;
        Assert.Equal(4L * values, summary.InitializerBytes);
    }

    [Fact]
    public void MetadataReachTheRuntime()
    {
        var specification = TestNetworks.Truncated();
        var options = TestNetworks.OptionsFor(specification) with { Metadata = new Dictionary<string, string> { ["licence"] = "weights: CC BY 4.0 ©" } };
        using var session = new Microsoft.ML.OnnxRuntime.InferenceSession(OnnxExporter.Export(specification, RandomTensors.For(specification, seed: 1), options));
        Assert.Equal(options.Metadata, session.ModelMetadata.CustomMetadataMap);
        Assert.Equal("TruncatedTL.MLNet", session.ModelMetadata.ProducerName);
        Assert.Equal("resnet18", session.ModelMetadata.GraphName);
    }

    [Fact]
    public void StreamStaysOpen()
    {
        var specification = TestNetworks.Truncated();
        using var stream = new MemoryStream(OnnxExporter.Export(specification, RandomTensors.For(specification, seed: 1), TestNetworks.OptionsFor(specification)));
        OnnxInspector.Inspect(stream);
        Assert.True(stream.CanRead);
    }

    [Fact]
    public void LongerThanAllowedIsRefused()
    {
        var specification = TestNetworks.Truncated();
        var model = OnnxExporter.Export(specification, RandomTensors.For(specification, seed: 1), TestNetworks.OptionsFor(specification));
        Assert.Throws<InvalidDataException>(() => OnnxInspector.Inspect(new MemoryStream(model), maximumBytes: 1000));
    }

    [Fact]
    public void DamagedFilesAreRefusedOrReadButNeverCrash()
    {
        var model = OnnxExporter.ExportPreprocessing(new OnnxImageInput("Image", OnnxInputElement.UInt8, [1, 4, 4]), [2, 2]);
        for (var length = 0; length < model.Length; length++)
        {
            RequireReadOrRefused(model[..length]);
        }

        var random = new Random(1);
        for (var round = 0; round < 2000; round++)
        {
            var damaged = model.ToArray();
            damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            RequireReadOrRefused(damaged);
        }
    }

    [Fact]
    public void OtherFilesAreRefused()
    {
        Assert.Throws<InvalidDataException>(() => OnnxInspector.Inspect([]));
        Assert.Throws<InvalidDataException>(() => OnnxInspector.Inspect("PK\u0003\u0004 not a model"u8.ToArray()));
    }

    private static void RequireReadOrRefused(byte[] bytes)
    {
        var exception = Record.Exception(() => OnnxInspector.Inspect(bytes));
        Assert.True(exception is null or InvalidDataException, $"{exception}");
    }
}
