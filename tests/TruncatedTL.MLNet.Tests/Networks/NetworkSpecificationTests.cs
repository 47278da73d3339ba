using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Networks;
using TruncatedTL.MLNet.Strategies;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Networks;

public class NetworkSpecificationTests
{
    [Fact]
    public void Counts_IncludeHeadAndClosingLayers()
    {
        var plan = TransferStrategy.Truncated("denseblock1.denselayer1").Resolve(Backbone.Create("densenet121"));
        var specification = new NetworkSpecification(plan, HeadPooling.AverageAndMax, 3, [64, 64]);
        const long layer = 2 * 64 + 128 * 64 + 2 * 128 + 32 * 128 * 9;

        Assert.Equal(192, specification.HeadFeatures);
        Assert.Equal(9_536 + layer + 2 * 96 + 3 * 192 + 3, specification.ParameterCount);
        Assert.Equal(plan.Backbone.CountMacs("denseblock1.denselayer1", 64, 64) + 3 * 192, specification.MacCount);
        Assert.Equal("classifier.weight", specification.HeadWeightName);
        Assert.Equal("classifier.bias", specification.HeadBiasName);
        Assert.Equal(3, specification.InputChannels);
    }

    [Fact]
    public void NoOutputs_Throws() => Assert.Throws<ArgumentOutOfRangeException>(() =>
        new NetworkSpecification(TransferStrategy.Full().Resolve(Backbone.Create("resnet18")), HeadPooling.Average, 0, [64, 64]));

    [Fact]
    public void ImageTooSmall_Throws() => Assert.Throws<ArgumentException>(() =>
        new NetworkSpecification(TransferStrategy.Full().Resolve(Backbone.Create("densenet121")), HeadPooling.Average, 2, [16, 16]));
}
