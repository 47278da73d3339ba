using System.Text.RegularExpressions;
using TruncatedTL.MLNet.Backbones;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Backbones;

/// <summary>What slimming does to each family's widths, and what it leaves alone.</summary>
public class TransFusionWidthTests
{
    [Theory]
    [InlineData("resnet50", "layer3.5", "layer4.0.conv1.weight", new long[] { 256, 1024, 1, 1 })]
    [InlineData("resnet50", "layer3.5", "layer4.0.conv3.weight", new long[] { 1024, 256, 1, 1 })]
    [InlineData("resnet50", "layer3.5", "layer4.2.conv3.weight", new long[] { 1024, 256, 1, 1 })]
    [InlineData("resnet18", "layer1.0", "layer1.1.conv1.weight", new long[] { 32, 64, 3, 3 })]
    [InlineData("resnet18", "layer1.0", "layer1.1.downsample.0.weight", new long[] { 32, 64, 1, 1 })]
    [InlineData("densenet121", "denseblock1", "features.transition1.conv.weight", new long[] { 64, 256, 1, 1 })]
    [InlineData("densenet121", "transition1", "features.denseblock2.denselayer1.conv1.weight", new long[] { 64, 128, 1, 1 })]
    [InlineData("densenet121", "transition1", "features.denseblock2.denselayer1.conv2.weight", new long[] { 16, 64, 3, 3 })]
    [InlineData("densenet121", "transition1", "features.denseblock2.denselayer2.conv1.weight", new long[] { 64, 144, 1, 1 })]
    [InlineData("mobilenet_v2", "features.6", "features.7.conv.0.0.weight", new long[] { 96, 32, 1, 1 })]
    [InlineData("mobilenet_v2", "features.6", "features.7.conv.1.0.weight", new long[] { 96, 1, 3, 3 })]
    [InlineData("mobilenet_v2", "features.6", "features.18.0.weight", new long[] { 640, 160, 1, 1 })]
    [InlineData("efficientnet_b0", "features.2", "features.3.0.block.0.0.weight", new long[] { 72, 24, 1, 1 })]
    [InlineData("efficientnet_b0", "features.2", "features.3.0.block.2.fc1.weight", new long[] { 3, 72, 1, 1 })]
    [InlineData("efficientnet_b0", "features.2", "features.3.0.block.3.0.weight", new long[] { 24, 72, 1, 1 })]
    public void SlimBy2_HalvesWidthsAbove(string name, string keep, string tensor, long[] expected)
    {
        var backbone = Backbone.Create(name);
        var slimmed = backbone.SlimmedAbove(backbone.FindCut(keep), slim: 2);

        Assert.Equal(expected, Parameters(slimmed.Units).Single(p => p.Name == tensor).Shape);
    }

    [Fact]
    public void KeptUnits_AreUntouched_AndTheOthersKeepTheirNames() => Assert.All(Backbone.Names, name =>
    {
        var backbone = Backbone.Create(name);
        var keep = backbone.Cuts[backbone.Cuts.Count / 2];
        var slimmed = backbone.SlimmedAbove(keep, slim: 2);

        Assert.Equal(
            Parameters(backbone.Units.Take(keep.Index)).Select(ParityReference.Line),
            Parameters(slimmed.Units.Take(keep.Index)).Select(ParityReference.Line));
        Assert.Equal(backbone.Cuts.Select(c => (c.Name, c.Stage)), slimmed.Cuts.Select(c => (c.Name, c.Stage)));
        Assert.All(slimmed.Cuts.Zip(backbone.Cuts), pair => Assert.Equal(pair.Second.Stride, pair.First.Stride));
        Assert.True(slimmed.Cuts[^1].Parameters < backbone.Cuts[^1].Parameters);
    });

    [Fact]
    public void MobileWidths_StayMultiplesOf8() => Assert.All(new[] { "mobilenet_v2", "efficientnet_b0" }, name =>
    {
        var backbone = Backbone.Create(name);
        var slimmed = backbone.SlimmedAbove(backbone.Cuts[2], slim: 3);

        Assert.All(
            Parameters(slimmed.Units).Where(p => p.Kind == ParameterKind.NormalizationWeight),
            p => Assert.Equal(0, p.Shape[0] % 8));
    });

    [Theory]
    [InlineData("mobilenet_v2", "features.1", "features.2.conv.0.0.weight")]
    [InlineData("efficientnet_b0", "features.1", "features.2.0.block.0.0.weight")]
    public void ExpansionSlimmedToTheInputsWidth_StaysInPlace(string name, string keep, string tensor)
    {
        // 16 channels expand to 96; a sixth of that is 16 again.
        var backbone = Backbone.Create(name);
        var slimmed = backbone.SlimmedAbove(backbone.FindCut(keep), slim: 6);

        Assert.Equal([16, 16, 1, 1], Parameters(slimmed.Units).Single(p => p.Name == tensor).Shape);
        Assert.Equal(Parameters(backbone.Units).Select(p => p.Name), Parameters(slimmed.Units).Select(p => p.Name));
    }

    [Fact]
    public void VeryStrongSlimming_LeavesAtLeastOneChannel() => Assert.All(Backbone.Names, name =>
    {
        var backbone = Backbone.Create(name);
        var slimmed = backbone.SlimmedAbove(backbone.Cuts[0], slim: 64);

        Assert.All(slimmed.Cuts, cut => Assert.True(cut.Channels >= 1));
        Assert.All(Parameters(slimmed.Units), p => Assert.All(p.Shape, length => Assert.True(length >= 1)));
    });

    [Fact]
    public void ShortcutTypeA_ProjectsOnlyWhereChannelsWouldBeLost()
    {
        var backbone = Backbone.Create("resnet18_3d");

        Assert.DoesNotContain(Parameters(backbone.Units), p => p.Name.Contains("downsample", StringComparison.Ordinal));

        // 256 kept channels become 128: a shortcut cannot append zeros any more.
        var byFour = backbone.SlimmedAbove(backbone.FindCut("layer3.1"), slim: 4);
        Assert.Equal(["layer4.0.downsample.0.weight"], Parameters(byFour.Units).Select(p => p.Name).Where(n => Regex.IsMatch(n, @"downsample\.0")));

        // 256 kept channels stay 256: every second position is all that is needed.
        var byTwo = backbone.SlimmedAbove(backbone.FindCut("layer3.1"), slim: 2);
        Assert.DoesNotContain(Parameters(byTwo.Units), p => p.Name.Contains("downsample", StringComparison.Ordinal));
    }

    private static IEnumerable<ParameterSpecification> Parameters(IEnumerable<BackboneUnit> units) => units.SelectMany(u => ParameterSpecification.Of(u.Body));
}
