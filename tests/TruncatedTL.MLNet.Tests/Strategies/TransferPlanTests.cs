using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Strategies;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Strategies;

/// <summary>What each strategy makes of a backbone: the units that exist, which are pretrained and which frozen.</summary>
public class TransferPlanTests
{
    private static readonly Backbone ResNet18 = Backbone.Create("resnet18");

    [Fact]
    public void Full_KeepsEverythingPretrainedAndTrained() => AssertPlan(TransferStrategy.Full(), units: 9, pretrained: 9, frozen: 0);

    [Fact]
    public void LinearProbe_FreezesEverything() => AssertPlan(TransferStrategy.LinearProbe(), units: 9, pretrained: 9, frozen: 9);

    [Fact]
    public void LinearProbe_AtACut_DeletesWhatLiesAbove() => AssertPlan(TransferStrategy.LinearProbe("layer2.1"), units: 5, pretrained: 5, frozen: 5);

    [Fact]
    public void LayerWise_FreezesUpToAndIncludingFrom() => AssertPlan(TransferStrategy.LayerWise("layer2.1"), units: 9, pretrained: 9, frozen: 5);

    [Fact]
    public void TransFusion_StartsAboveKeepAtRandom() => AssertPlan(TransferStrategy.TransFusion("layer2.1"), units: 9, pretrained: 5, frozen: 0);

    [Fact]
    public void Truncated_DeletesWhatLiesAbove() => AssertPlan(TransferStrategy.Truncated("layer2.1"), units: 5, pretrained: 5, frozen: 0);

    [Fact]
    public void FromScratch_TrainsEverythingFromRandomWeights() => AssertPlan(TransferStrategy.FromScratch(), units: 9, pretrained: 0, frozen: 0);

    [Fact]
    public void FromScratch_AtACut_DeletesWhatLiesAbove() => AssertPlan(TransferStrategy.FromScratch("stem"), units: 1, pretrained: 0, frozen: 0);

    [Fact]
    public void TransFusion_SlimsOnlyAboveKeep()
    {
        var plan = TransferStrategy.TransFusion("layer3.1", slim: 4).Resolve(ResNet18);

        Assert.Equal([64, 64, 64, 128, 128, 256, 256, 128, 128], plan.Units.Select(u => u.Unit.Channels));
        Assert.Equal("layer4.1", plan.Cut.Name);
        Assert.Equal(128, plan.Cut.Channels);
        Assert.Equal(128, plan.HeadFeatures(HeadPooling.Average, [64, 64]));
    }

    [Fact]
    public void Closing_ExistsOnlyWhereTheNetworkEndsInsideADenseBlock()
    {
        var densenet = Backbone.Create("densenet121");

        var inside = TransferStrategy.Truncated("denseblock2.denselayer3").Resolve(densenet);
        Assert.Equal(
            ["closing.norm.weight", "closing.norm.bias", "closing.norm.running_mean", "closing.norm.running_var", "closing.norm.num_batches_tracked"],
            ParameterSpecification.Of(inside.Closing!).Select(p => p.Name));
        Assert.Equal([128 + 3 * 32], ParameterSpecification.Of(inside.Closing!).First().Shape);
        Assert.All(new[] { "denseblock2", "transition2", "norm5" }, cut => Assert.Null(TransferStrategy.Truncated(cut).Resolve(densenet).Closing));
    }

    [Fact]
    public void Resolve_CutOfAnotherBackbone_SuggestsNearCuts() => Assert.All(
        new TransferStrategy[]
        {
            TransferStrategy.Truncated("layer3.2"), TransferStrategy.LayerWise("layer3.2"), TransferStrategy.TransFusion("layer3.2"),
            TransferStrategy.LinearProbe("layer3.2"), TransferStrategy.FromScratch("layer3.2"),
        },
        strategy => Assert.Equal("layer3.1", Assert.Throws<CutNotFoundException>(() => strategy.Resolve(ResNet18)).Suggestions[0]));

    [Theory]
    [InlineData(HeadPooling.Average, 256)]
    [InlineData(HeadPooling.AverageAndMax, 512)]
    [InlineData(HeadPooling.Flatten, 256 * 6 * 4)]
    public void HeadFeatures_CountWhatTheLinearLayerReads(HeadPooling pooling, long expected) =>
        Assert.Equal(expected, TransferStrategy.Truncated("layer3.0").Resolve(ResNet18).HeadFeatures(pooling, [96, 64]));

    [Fact]
    public void HeadFeatures_UnknownPooling_Throws() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => TransferStrategy.Full().Resolve(ResNet18).HeadFeatures((HeadPooling)9, [64, 64]));

    private static void AssertPlan(TransferStrategy strategy, int units, int pretrained, int frozen)
    {
        var plan = strategy.Resolve(ResNet18);

        Assert.Equal(ResNet18.Cuts.Take(units).Select(c => c.Name), plan.Units.Select(u => u.Unit.Name));
        Assert.Equal(ResNet18.Cuts[units - 1].Name, plan.Cut.Name);
        Assert.Equal(Enumerable.Range(0, units).Select(i => i < pretrained), plan.Units.Select(u => u.Pretrained));
        Assert.Equal(Enumerable.Range(0, units).Select(i => i < frozen), plan.Units.Select(u => u.Frozen));
    }
}
