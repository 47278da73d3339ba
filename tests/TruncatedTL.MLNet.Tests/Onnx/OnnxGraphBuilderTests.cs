using TruncatedTL.MLNet.Onnx;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Onnx;

public sealed class OnnxGraphBuilderTests
{
    private static readonly Dictionary<string, string> NoMetadata = [];

    [Fact]
    public void WishedNamesAreMadeUnique()
    {
        var graph = new OnnxGraphBuilder("g");
        Assert.Equal("x", graph.AddFloat32("x", [1], [1f]));
        Assert.Equal("x_2", graph.AddFloat32("x", [1], [1f]));
        Assert.Equal("x_3", graph.AddNode("Relu", "x", ["x"]));
        Assert.Equal("x_2_2", graph.AddNode("Relu", "x_2", ["x"]));
        var names = graph.Build(NoMetadata).Graph.Node.Select(n => n.Name);
        Assert.Equal(["x", "x_2"], names);
    }

    [Fact]
    public void EqualScalarsAreOneConstant()
    {
        var graph = new OnnxGraphBuilder("g");
        Assert.Equal(graph.AddScalar("six", 6), graph.AddScalar("six", 6));
        Assert.Single(graph.Build(NoMetadata).Graph.Initializer);
    }

    [Fact]
    public void ModelOfMoreThanTwoGigabytesIsRefusedBeforeItIsWritten()
    {
        // The same 64 MB under many names: the length is that of a large model, the memory is not.
        var values = new byte[64 << 20];
        var graph = new OnnxGraphBuilder("g");
        for (var i = 0; i < 31; i++)
        {
            graph.AddFloat32($"t{i}", [16 << 20], values);
        }

        _ = graph.Build(NoMetadata);
        graph.AddFloat32("last", [16 << 20], values);
        var exception = Assert.Throws<OnnxExportException>(() => graph.Build(NoMetadata));
        Assert.Contains("2.15 GB", exception.Message, StringComparison.Ordinal);
        Assert.Contains("'t0'", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(int.MaxValue, true)]
    [InlineData(int.MaxValue + 1L, false)]
    [InlineData(long.MaxValue, false)]
    public void LimitIsThatOfProtobuf(long bytes, bool fits)
    {
        var exception = Record.Exception(() => OnnxSizeLimit.Require(bytes, "t"));
        Assert.Equal(fits, exception is null);
        Assert.True(exception is null or OnnxExportException);
    }

    [Fact]
    public void CountedLengthIsAnUpperBound()
    {
        var specification = TestNetworks.Truncated("layer2.1");
        var model = OnnxExporter.Export(specification, RandomTensors.For(specification, seed: 1), TestNetworks.OptionsFor(specification));
        var parsed = OnnxInspector.Parse(new MemoryStream(model));
        var counted = parsed.Graph.Initializer.Sum(t => OnnxSizeLimit.OfRecord(t.Name, t.RawData.Length));
        Assert.True(parsed.Graph.Initializer.All(t => t.CalculateSize() <= OnnxSizeLimit.OfRecord(t.Name, t.RawData.Length)));
        Assert.InRange(counted, parsed.Graph.Initializer.Sum(t => (long)t.CalculateSize()), model.Length + 256L * parsed.Graph.Initializer.Count);
    }
}
