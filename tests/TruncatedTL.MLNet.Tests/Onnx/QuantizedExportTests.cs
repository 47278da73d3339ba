using System.Runtime.InteropServices;
using FsCheck.Xunit;
using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Networks;
using TruncatedTL.MLNet.Onnx;
using TruncatedTL.MLNet.Onnx.Schema;
using TruncatedTL.MLNet.Strategies;
using Xunit;
using DataType = TruncatedTL.MLNet.Onnx.Schema.TensorProto.Types.DataType;

namespace TruncatedTL.MLNet.Tests.Onnx;

/// <summary>Graphs in 8 bits compute nearly what those in single precision do, with weights that no processor overflows with.</summary>
public sealed class QuantizedExportTests
{
    /// <summary>Each backbone, in turn with weights of 7 and of 8 bits.</summary>
    public static TheoryData<string, int> Names()
    {
        var cases = new TheoryData<string, int>();
        foreach (var (index, name) in Backbone.Names.Index())
        {
            cases.Add(name, 7 + (index % 2));
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_registered_backbone_computes_nearly_the_same(string name, int weightBits)
    {
        var backbone = Backbone.Create(name);
        var cut = backbone.Cuts[(backbone.Cuts.Count + 2) / 3 - 1].Name;
        var plan = TransferStrategy.FromScratch(cut).Resolve(backbone);
        var specification = new NetworkSpecification(plan, HeadPooling.Average, 3, Axes.Same(backbone.SpatialRank, backbone.SpatialRank == 2 ? 64 : 32));
        var tensors = RandomTensors.For(specification, seed: 1);
        var options = TestNetworks.OptionsFor(specification) with { Normalization = new PixelNormalization(255, [0.5], [0.25]) };
        var (images, shape) = (TestNetworks.FloatImages(specification, batch: 4), TestNetworks.Shape(specification, 4));

        var narrow = OnnxExporter.Export(specification, tensors, options with { Quantization = new OnnxQuantization(Measure(specification, tensors, options, images, shape), weightBits) });
        var expected = OnnxRun.Run(OnnxExporter.Export(specification, tensors, options), "Image", images, shape)["Logits"].Values;
        var actual = OnnxRun.Run(narrow, "Image", images, shape)["Logits"].Values;
        var spread = expected.Max(Math.Abs);
        Assert.InRange(expected.Zip(actual, (left, right) => Math.Abs(left - right)).Max() / spread, 1e-7, 0.12);

        var constants = Constants(narrow).ToArray();
        var weights = constants.Where(constant => constant.DataType == DataType.Int8 && constant.Dims.Count > 1).ToArray();
        Assert.Equal(OnnxInspector.Inspect(narrow).NodeCounts["Conv"], weights.Length);
        Assert.Equal(weightBits == 7 ? 64 : 127, weights.Max(weight => MemoryMarshal.Cast<byte, sbyte>(weight.RawData.Span).ToArray().Max(value => Math.Abs((int)value))));
    }

    [Fact]
    public void What_rounding_takes_from_the_mean_comes_back_in_the_bias()
    {
        // One weight of 1 sets the scale; the others are too small for it and are rounded to 0.
        const int Channels = 64;
        var weights = Enumerable.Repeat(0.4f / 64, Channels).ToArray();
        weights[0] = 1;
        var graph = new OnnxGraphBuilder("one");
        var input = new OnnxValue(graph.AddInput("x", DataType.Float, [Channels, 2, 2]), new FeatureShape(Channels, [2, 2]));
        var known = new Dictionary<string, ActivationRange> { ["x"] = new(0, 1, [.. Enumerable.Repeat(1.0, Channels)]) };
        var quantizer = new ActivationQuantizer(graph, new OnnxQuantization(new ActivationStatistics(known, 1), WeightBits: 7));
        var source = quantizer.Read(input);
        var (weight, bias) = quantizer.Parameters(input, new Convolution("c", Channels, 1, [1, 1], [1, 1], [0, 0]), MemoryMarshal.AsBytes<float>(weights).ToArray(), null)!.Value;
        graph.ReserveOutput("y");
        graph.AddNode("Conv", "c", [source, weight, bias!], "y");
        graph.AddOutput("y", DataType.Float, [1, 2, 2]);
        var model = Google.Protobuf.MessageExtensions.ToByteArray(graph.Build(new Dictionary<string, string>()));

        var outputs = OnnxRun.Run(model, "x", Enumerable.Repeat(1f, Channels * 4).ToArray(), 1, Channels, 2, 2)["y"].Values;
        Assert.All(outputs, output => Assert.Equal(weights.Sum(), output, 1e-3));
    }

    [Fact]
    public void A_value_that_is_read_twice_is_written_once()
    {
        var graph = new OnnxGraphBuilder("one");
        var input = new OnnxValue(graph.AddInput("x", DataType.Float, [1, 2, 2]), new FeatureShape(1, [2, 2]));
        var quantizer = new ActivationQuantizer(graph, new OnnxQuantization(new ActivationStatistics(new Dictionary<string, ActivationRange> { ["x"] = new(-1, 1, [0]) }, 1), WeightBits: 8));
        var read = quantizer.Read(input);
        Assert.Equal(read, quantizer.Read(input));
        Assert.Equal(read, quantizer.Read(input with { Name = read }));
        Assert.Equal("y", quantizer.Read(input with { Name = "y" }));
        Assert.Null(quantizer.Parameters(input with { Name = "y" }, new Convolution("c", 1, 1, [1, 1], [1, 1], [0, 0]), new byte[4], null));
    }

    [Property]
    public void Zero_is_exact_and_all_of_a_range_is_within_half_a_step(float one, float other)
    {
        if (!(Math.Abs(one) < 1e30f && Math.Abs(other) < 1e30f))
        {
            return;
        }

        var range = new ActivationRange(Math.Min(one, other), Math.Max(one, other), []);
        float Stored(float value) => range.Scale * (Math.Clamp(MathF.Round(value / range.Scale) + range.ZeroPoint, 0, byte.MaxValue) - range.ZeroPoint);
        Assert.Equal(0, Stored(0));
        Assert.All([range.Lowest, range.Highest, (range.Lowest / 2) + (range.Highest / 2)], value => Assert.Equal(value, Stored(value), 0.51 * range.Scale));
    }

    [Fact]
    public void A_tally_has_the_widest_range_but_for_one_image_in_a_thousand_and_the_mean_of_each_channel()
    {
        var tally = new ActivationTally([("a", 2), ("b", 1)]);
        Assert.Null(tally.ToStatistics());
        for (var image = 0; image < 2000; image++)
        {
            tally.Add([-image, image == 0 ? 1e6f : image, 1, image % 2, 0, 3, 5]);
        }

        var statistics = tally.ToStatistics()!;
        Assert.Equal(2000, statistics.Images);
        Assert.Equal((-1997f, 1998f), (statistics.ByName["a"].Lowest, statistics.ByName["a"].Highest));
        Assert.Equal([1, 0.5], statistics.ByName["a"].Means);
        Assert.Equal((0f, 3f), (statistics.ByName["b"].Lowest, statistics.ByName["b"].Highest));
        Assert.Equal([5.0], statistics.ByName["b"].Means);
    }

    private static ActivationStatistics Measure(
        NetworkSpecification specification, Dictionary<string, TruncatedTL.MLNet.Weights.TensorData> tensors, OnnxExportOptions options, float[] images, long[] shape)
    {
        var (model, activations) = OnnxExporter.ExportWithActivations(specification, tensors, options, "facts");
        var facts = OnnxRun.Run(model, "Image", images, shape)["facts"];
        var tally = new ActivationTally(activations);
        foreach (var image in facts.Values.Chunk((int)facts.Shape[1]))
        {
            tally.Add(image);
        }

        return tally.ToStatistics()!;
    }

    private static IEnumerable<TensorProto> Constants(byte[] model)
    {
        using var stream = new MemoryStream(model);
        return OnnxInspector.Parse(stream).Graph.Node.Where(node => node.OpType == "Constant").Select(node => node.Attribute.Single().T).ToArray();
    }
}
