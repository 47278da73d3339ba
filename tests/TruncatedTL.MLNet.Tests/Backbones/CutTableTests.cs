using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Networks;
using TruncatedTL.MLNet.Strategies;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Backbones;

/// <summary>Parameters and multiply-accumulates against published numbers.</summary>
public class CutTableTests
{
    [Fact]
    public void ResNet18_ParametersAndMacsPerCut()
    {
        (string Cut, long Parameters, double GigaMacs)[] table =
        [
            ("stem", 9_536, 0.118), ("layer1.0", 83_520, 0.349), ("layer1.1", 157_504, 0.580),
            ("layer2.0", 387_648, 0.760), ("layer2.1", 683_072, 0.991), ("layer3.0", 1_602_112, 1.171),
            ("layer3.1", 2_782_784, 1.403), ("layer4.0", 6_455_872, 1.582), ("layer4.1", 11_176_512, 1.814),
        ];
        var backbone = Backbone.Create("resnet18");

        Assert.Equal(table.Select(row => (row.Cut, row.Parameters)), backbone.Cuts.Select(c => (c.Name, c.Parameters)));
        Assert.Equal(table.Select(row => row.GigaMacs), backbone.Cuts.Select(c => GigaMacs(backbone, c)));
    }

    [Fact]
    public void ResNet50_ParametersAndMacsPerCut()
    {
        (string Cut, double MillionParameters, double GigaMacs)[] table =
        [
            ("stem", 0.010, 0.118), ("layer1.0", 0.085, 0.349), ("layer1.1", 0.155, 0.568), ("layer1.2", 0.225, 0.786),
            ("layer2.0", 0.605, 1.158), ("layer2.1", 0.885, 1.377), ("layer2.2", 1.165, 1.595), ("layer2.3", 1.445, 1.814),
            ("layer3.0", 2.957, 2.186), ("layer3.1", 4.075, 2.404), ("layer3.2", 5.192, 2.623), ("layer3.3", 6.309, 2.841),
            ("layer3.4", 7.426, 3.060), ("layer3.5", 8.543, 3.278), ("layer4.0", 14.583, 3.650), ("layer4.1", 19.045, 3.869),
            ("layer4.2", 23.508, 4.087),
        ];
        var backbone = Backbone.Create("resnet50");

        Assert.Equal(
            table.Select((row, i) => (i + 1, row.Cut, row.MillionParameters)),
            backbone.Cuts.Select(c => (c.Index, c.Name, Math.Round(c.Parameters / 1e6, 3))));
        Assert.Equal(table.Select(row => row.GigaMacs), backbone.Cuts.Select(c => GigaMacs(backbone, c)));
    }

    [Fact]
    public void DenseNet121_ParametersPerPublishedCut()
    {
        (string Cut, long Parameters)[] table =
        [
            ("stem", 9_536), ("denseblock1", 344_576), ("transition1", 377_856), ("denseblock2", 1_297_536), ("transition2", 1_429_632),
            ("denseblock3", 4_267_392), ("transition3", 4_793_728), ("denseblock4", 6_951_808), ("norm5", 6_953_856),
        ];
        var backbone = Backbone.Create("densenet121");

        Assert.Equal(table, table.Select(row => (row.Cut, backbone.FindCut(row.Cut).Parameters)));
    }

    // Totals with the classifier the networks were published with: ImageNet 1000, Kinetics 400, MedicalNet's users 2.
    [Theory]
    [InlineData("resnet18", 1000, 11_689_512)]
    [InlineData("resnet34", 1000, 21_797_672)]
    [InlineData("resnet50", 1000, 25_557_032)]
    [InlineData("resnet101", 1000, 44_549_160)]
    [InlineData("densenet121", 1000, 7_978_856)]
    [InlineData("densenet169", 1000, 14_149_480)]
    [InlineData("densenet201", 1000, 20_013_928)]
    [InlineData("mobilenet_v2", 1000, 3_504_872)]
    [InlineData("efficientnet_b0", 1000, 5_288_548)]
    [InlineData("r3d_18", 400, 33_371_472)]
    [InlineData("resnet10_3d", 2, 14_356_546)]
    [InlineData("resnet18_3d", 2, 32_987_202)]
    [InlineData("resnet18_3d_b", 2, 33_161_026)]
    [InlineData("resnet34_3d_b", 2, 63_470_658)]
    [InlineData("resnet50_3d", 2, 46_159_170)]
    public void Total_WithPublishedHead(string name, int outputs, long expected)
    {
        var backbone = Backbone.Create(name);
        var spatial = Enumerable.Repeat(64, backbone.SpatialRank).ToArray();
        var network = new NetworkSpecification(TransferStrategy.Full().Resolve(backbone), HeadPooling.Average, outputs, spatial);

        Assert.Equal(expected, network.ParameterCount);
    }

    // MedicalNet publishes encoders without a classifier; type A has no tensors for the shortcuts.
    [Theory]
    [InlineData("resnet10_3d", 72)]
    [InlineData("resnet18_3d", 102)]
    public void MedicalNet_NumberOfTensors(string name, int expected) =>
        Assert.Equal(expected, Backbone.Create(name).Units.SelectMany(u => ParameterSpecification.Of(u.Body)).Count());

    // GMAC at 224 px as torchvision documents them for the whole network; its counter includes the classifier.
    [Theory]
    [InlineData("densenet121", 2.83)]
    [InlineData("densenet169", 3.36)]
    [InlineData("densenet201", 4.29)]
    [InlineData("mobilenet_v2", 0.30)]
    [InlineData("efficientnet_b0", 0.39)]
    [InlineData("resnet34", 3.66)]
    [InlineData("resnet101", 7.80)]
    public void GigaMacs_OfTheWholeNetwork(string name, double expected)
    {
        var network = new NetworkSpecification(TransferStrategy.Full().Resolve(Backbone.Create(name)), HeadPooling.Average, 1000, [224, 224]);

        Assert.Equal(expected, Math.Round(network.MacCount / 1e9, 2));
    }

    [Fact]
    public void TransFusion_ResNet50_KeepLayer3Slim2()
    {
        const long kept = 8_543_296;
        const long firstBlock = 1024 * 256 + 2 * 256 + 9 * 256 * 256 + 2 * 256 + 256 * 1024 + 2 * 1024 + 1024 * 1024 + 2 * 1024;
        const long otherBlocks = 2 * (1024 * 256 + 2 * 256 + 9 * 256 * 256 + 2 * 256 + 256 * 1024 + 2 * 1024);

        var plan = TransferStrategy.TransFusion("layer3.5", slim: 2).Resolve(Backbone.Create("resnet50"));

        // 12.94M as published without rounding up.
        Assert.Equal(12_945_472, kept + firstBlock + otherBlocks);
        Assert.Equal(12_945_472, plan.Cut.Parameters);
    }

    private static double GigaMacs(Backbone backbone, BackboneCut cut) => Math.Round(backbone.CountMacs(cut.Name, 224, 224) / 1e9, 3);
}
