using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Networks;
using TruncatedTL.MLNet.Onnx;
using TruncatedTL.MLNet.Strategies;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Onnx;

/// <summary>Networks of every kind: each registered one, closing layers, volumes.</summary>
public sealed class BackboneExportTests
{
    public static TheoryData<string> Names() => new(Backbone.Names);

    [Theory]
    [MemberData(nameof(Names))]
    public void EveryRegisteredBackboneIsExported(string name)
    {
        // The lower third has every kind of layer that a network has, and little memory.
        var backbone = Backbone.Create(name);
        var cut = backbone.Cuts[(backbone.Cuts.Count + 2) / 3 - 1].Name;
        RequireSame(backbone, cut, HeadPooling.Average, Axes.Same(backbone.SpatialRank, backbone.SpatialRank == 2 ? 64 : 32));
    }

    [Theory]
    [InlineData(2, "features.conv0", HeadPooling.Average)]
    [InlineData(2, "features.layer1", HeadPooling.Flatten)]
    [InlineData(2, "features.layer2", HeadPooling.AverageAndMax)]
    [InlineData(3, "features.conv0", HeadPooling.AverageAndMax)]
    [InlineData(3, "features.layer1", HeadPooling.Average)]
    [InlineData(3, "features.layer2", HeadPooling.Flatten)]
    public void ClosingLayersAndVolumes(int rank, string cut, HeadPooling pooling) =>
        RequireSame(TestBackbones.Dense(rank), cut, pooling, rank == 2 ? [11, 8] : [7, 10, 8]);

    [Fact]
    public void StemAndItsClosingNormalisationAreFolded()
    {
        var plan = TransferStrategy.FromScratch("features.conv0").Resolve(TestBackbones.Dense(2));
        var specification = new NetworkSpecification(plan, HeadPooling.Average, 2, [8, 8]);
        var model = OnnxExporter.Export(specification, RandomTensors.For(specification, seed: 1), TestNetworks.OptionsFor(specification));
        Assert.False(OnnxInspector.Inspect(model).NodeCounts.ContainsKey("BatchNormalization"));
    }

    private static void RequireSame(Backbone backbone, string cut, HeadPooling pooling, IReadOnlyList<int> spatial)
    {
        var plan = TransferStrategy.FromScratch(cut).Resolve(backbone);
        var specification = new NetworkSpecification(plan, pooling, 3, spatial);
        var tensors = RandomTensors.For(specification, seed: 1);
        var images = TestNetworks.FloatImages(specification, batch: 2);
        var shape = TestNetworks.Shape(specification, 2);
        var normalization = new PixelNormalization(255, [0.5], [0.25]);
        var expected = TorchReference.Logits(specification, tensors, normalization, images, shape);
        foreach (var fold in new[] { true, false })
        {
            var options = TestNetworks.OptionsFor(specification) with { Normalization = normalization, FoldBatchNormalization = fold };
            Agreement.Require(expected, OnnxRun.Run(OnnxExporter.Export(specification, tensors, options), "Image", images, shape)["Logits"].Values);
        }
    }
}
