using TruncatedTL.MLNet.Strategies;
using TruncatedTL.MLNet.Training;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Training;

[Collection(TorchCollection.Name)]
public class ParameterGroupsTests
{
    [Fact]
    public void Rates_FallWithTheDistanceFromTheHead()
    {
        using var network = TrainingSamples.Network(TransferStrategy.FromScratch("layer1.1"));
        var options = new TrainingOptions { LearningRate = 1, LayerDecay = 0.5, HeadLearningRateFactor = 10 };

        var rates = ParameterGroups.Create(network, options).Select(group => group.LearningRate).Distinct();

        Assert.Equal([0.125, 0.25, 0.5, 10], rates);
    }

    [Fact]
    public void Decay_IsOnConvolutionAndLinearWeightsOnly()
    {
        using var network = TrainingSamples.SmallNetwork();
        var groups = ParameterGroups.Create(network, new TrainingOptions { WeightDecay = 0.1 });

        Assert.All(groups, group => Assert.All(group.Parameters, parameter => Assert.Equal(parameter.dim() > 1 ? 0.1 : 0, group.WeightDecay)));
        Assert.Equal(network.Specification.ParameterCount, groups.Sum(group => group.Parameters.Sum(parameter => parameter.numel())));
        Assert.Contains(groups, group => group.WeightDecay == 0);
    }

    [Fact]
    public void FrozenUnits_HaveNoGroup()
    {
        using var network = TrainingSamples.Network(TransferStrategy.LinearProbe("layer1.0"));
        var parameters = ParameterGroups.Create(network, new TrainingOptions()).SelectMany(group => group.Parameters);

        Assert.Equal([2, 2 * 64], parameters.Select(parameter => parameter.numel()).Order());
    }
}
