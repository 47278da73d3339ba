using TorchSharp;
using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Networks;
using TruncatedTL.MLNet.Strategies;
using TruncatedTL.MLNet.Weights;
using Xunit;
using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Tests.Networks;

public class TransferNetworkTests : SingleThreadedTorchTests
{
    public static TheoryData<string> Strategies =>
        ["Full", "LinearProbe", "LinearProbe(layer2.0)", "LayerWise(layer2.1)", "TransFusion(layer2.1, slim=4)", "Truncated(layer2.1)", "FromScratch", "FromScratch(layer1.0)"];

    [Theory]
    [MemberData(nameof(Strategies))]
    public void State_HoldsExactlyTheUnitsOfThePlan(string strategy)
    {
        using var network = Create(strategy);
        var plan = network.Specification.Plan;
        var inPlan = plan.Units.Select(u => u.Unit.Name).ToHashSet();
        var deleted = plan.Backbone.Cuts.Select(c => c.Name).Where(name => !inPlan.Contains(name)).ToArray();

        Assert.Equal(network.Specification.Parameters().Select(p => p.Name), network.State.Keys);
        Assert.All(network.Specification.Parameters(), p => Assert.Equal(p.Shape, network.State[p.Name].shape));
        Assert.DoesNotContain(network.State.Keys, key => deleted.Any(unit => key.StartsWith($"{unit}.", StringComparison.Ordinal)));
        Assert.Equal(network.Specification.ParameterCount, network.State.Values.OfType<TorchSharp.Modules.Parameter>().Sum(p => p.numel()));
    }

    [Theory]
    [MemberData(nameof(Strategies))]
    public void TrainingStep_ReachesExactlyWhatThePlanTrains(string strategy)
    {
        using var scope = NewDisposeScope();
        using var network = Create(strategy);
        var plan = network.Specification.Plan;
        var before = network.State.ToDictionary(entry => entry.Key, entry => entry.Value.detach().clone());
        network.Forward(Images(), training: true).square().sum().backward();

        foreach (var unit in plan.Units)
        {
            foreach (var parameter in ParameterSpecification.Of(unit.Unit.Body))
            {
                var tensor = network.State[parameter.Name];
                if (parameter.IsTrainable)
                {
                    Assert.Equal(!unit.Frozen, tensor.requires_grad);
                    Assert.Equal(!unit.Frozen, HasGradient(tensor));
                }
                else
                {
                    var moved = !tensor.equal(before[parameter.Name]).all().item<bool>();
                    Assert.Equal(!unit.Frozen, moved);
                }
            }
        }

        Assert.True(HasGradient(network.State["fc.weight"]));
        Assert.True(HasGradient(network.State["fc.bias"]));
    }

    [Fact]
    public void Evaluation_MovesNoStatistics()
    {
        using var scope = NewDisposeScope();
        using var network = Create("Full");
        var before = network.State.ToDictionary(entry => entry.Key, entry => entry.Value.detach().clone());
        network.Forward(Images(), training: false);

        Assert.All(before, entry => Assert.True(network.State[entry.Key].equal(entry.Value).all().item<bool>()));
    }

    [Theory]
    [MemberData(nameof(Strategies))]
    public void ForwardAndBackward_LeaveNothingBehind(string strategy)
    {
        using var network = Create(strategy);
        using var images = Images();
        Step(training: true);
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        Step(training: true);
        Step(training: false);

        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);

        void Step(bool training)
        {
            using var logits = network.Forward(images, training);
            using var loss = logits.sum();
            loss.backward();
        }
    }

    [Fact]
    public void Dispose_FreesEveryTensor()
    {
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        using (var network = Create("Truncated(layer2.1)"))
        {
            using var images = Images();
            using var logits = network.Forward(images, training: true);
            using var loss = logits.sum();
            loss.backward();
        }

        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void SameSeed_GivesEveryStrategyTheSameWeights()
    {
        using var full = Create("FromScratch");
        using var truncated = Create("FromScratch(layer2.0)");
        using var other = Create("FromScratch(layer2.0)", seed: 2);

        Assert.All(truncated.State.Where(entry => entry.Key != "fc.weight"), entry => Assert.True(entry.Value.equal(full.State[entry.Key]).all().item<bool>()));
        Assert.False(other.State["conv1.weight"].equal(truncated.State["conv1.weight"]).any().item<bool>());
    }

    [Fact]
    public void FreezeBackbone_LeavesOnlyTheHead_AndThawRestoresThePlan()
    {
        using var network = Create("LayerWise(layer2.1)");
        Assert.Equal([0, 0, 0, 0, 0, 9, 6, 9, 6, 2], Groups(network));

        network.FreezeBackbone();
        Assert.Equal([0, 0, 0, 0, 0, 0, 0, 0, 0, 2], Groups(network));
        Assert.False(network.State["layer4.1.conv1.weight"].requires_grad);
        Assert.True(network.State["fc.weight"].requires_grad);

        network.ThawAsPlanned();
        Assert.Equal([0, 0, 0, 0, 0, 9, 6, 9, 6, 2], Groups(network));
        Assert.True(network.State["layer4.1.conv1.weight"].requires_grad);
        Assert.False(network.State["layer2.1.conv1.weight"].requires_grad);
    }

    [Fact]
    public void TrainableByUnit_CountsTheClosingLayersToTheHead()
    {
        var plan = TransferStrategy.LinearProbe("denseblock1.denselayer2").Resolve(Backbone.Create("densenet121"));
        using var network = TransferNetwork.Create(new NetworkSpecification(plan, HeadPooling.Average, 2, [32, 32]), seed: 1, CPU);
        var groups = network.TrainableByUnit();

        Assert.All(groups.SkipLast(1), Assert.Empty);
        Assert.Equal(["closing.norm.weight", "closing.norm.bias", "classifier.weight", "classifier.bias"], groups[^1].Select(p => p.Specification.Name));
        Assert.All(groups[^1], p => Assert.True(p.Parameter.requires_grad));
    }

    [Theory]
    [InlineData(HeadPooling.Average)]
    [InlineData(HeadPooling.Flatten)]
    [InlineData(HeadPooling.AverageAndMax)]
    public void Classify_PoolsAsAsked(HeadPooling pooling)
    {
        using var scope = NewDisposeScope();
        using var network = Create("Truncated(layer1.0)", pooling: pooling);
        var features = randn(3, 64, 8, 8);
        var pooled = pooling switch
        {
            HeadPooling.Average => features.mean([2L, 3L]),
            HeadPooling.Flatten => features.reshape(3, 64 * 8 * 8),
            _ => cat([features.mean([2L, 3L]), features.reshape(3, 64, 64).max(2).values], 1),
        };
        var expected = pooled.matmul(network.State["fc.weight"].t()) + network.State["fc.bias"];

        Assert.True(network.Classify(features).allclose(expected, rtol: 1e-4, atol: 1e-5));
    }

    [Fact]
    public void RunUnits_OfNone_IsTheInput()
    {
        using var network = Create("Full");
        using var images = Images();
        using var same = network.RunUnits(images, 2, 2, training: false);

        Assert.NotSame(images, same);
        Assert.True(same.equal(images).all().item<bool>());
    }

    [Fact]
    public void SnapshotAndLoad_CarryAllTensorsOver()
    {
        using var scope = NewDisposeScope();
        using var source = Create("Truncated(layer1.1)", seed: 1);
        using var target = Create("Truncated(layer1.1)", seed: 2);
        source.Forward(Images(), training: true);
        target.Load(source.Snapshot());

        Assert.Equal(1, target.State["bn1.num_batches_tracked"].item<long>());
        Assert.All(source.State, entry => Assert.True(target.State[entry.Key].equal(entry.Value).all().item<bool>()));
        Assert.True(target.State["conv1.weight"].requires_grad);
    }

    [Fact]
    public void Load_UnknownName_Throws()
    {
        using var network = Create("Truncated(layer1.1)");
        var values = new Dictionary<string, TensorData> { ["layer2.0.conv1.weight"] = TensorData.FromSingle([1], [1f]) };

        Assert.Contains("'layer2.0.conv1.weight'", Assert.Throws<ArgumentException>(() => network.Load(values)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_OtherShape_Throws()
    {
        using var network = Create("Truncated(layer1.1)");
        var values = new Dictionary<string, TensorData> { ["bn1.weight"] = TensorData.FromSingle([32, 2], new float[64]) };

        Assert.Contains("[32, 2]", Assert.Throws<ArgumentException>(() => network.Load(values)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_CountWithAnAxis_IsTheSameCount()
    {
        using var network = Create("Truncated(layer1.1)");
        network.Load(new Dictionary<string, TensorData> { ["bn1.num_batches_tracked"] = TensorData.FromInt64([1], [7]) });

        Assert.Equal(7, network.State["bn1.num_batches_tracked"].item<long>());
        Assert.Empty(network.State["bn1.num_batches_tracked"].shape);
    }

    private static TransferNetwork Create(string strategy, int seed = 1, HeadPooling pooling = HeadPooling.Average) => TransferNetwork.Create(
        new NetworkSpecification(TransferStrategy.Parse(strategy).Resolve(Backbone.Create("resnet18")), pooling, 2, [32, 32]), seed, CPU);

    private static Tensor Images()
    {
        using var generator = new Generator(5, CPU);
        return randn([3, 3, 32, 32], generator: generator);
    }

    private static bool HasGradient(Tensor tensor) => tensor.grad is { } gradient && gradient.abs().sum().item<float>() > 0;

    private static int[] Groups(TransferNetwork network) => network.TrainableByUnit().Select(group => group.Count).ToArray();
}
