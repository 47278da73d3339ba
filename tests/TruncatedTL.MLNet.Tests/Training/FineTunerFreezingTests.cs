using TruncatedTL.MLNet.Networks;
using TruncatedTL.MLNet.Strategies;
using TruncatedTL.MLNet.Training;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Training;

[Collection(TorchCollection.Name)]
public class FineTunerFreezingTests
{
    [Fact]
    public void LinearProbe_ChangesTheHeadAndNothingElse()
    {
        using var network = TrainingSamples.Network(TransferStrategy.LinearProbe("layer1.0"));
        var before = TrainingSamples.Bytes(network);

        Fit(network, epochs: 2);

        var after = TrainingSamples.Bytes(network);
        Assert.Equal(["fc.bias", "fc.weight"], before.Keys.Where(name => !before[name].SequenceEqual(after[name])).Order());
    }

    [Fact]
    public void LayerWise_FreezesWeightsAndStatisticsBelow_AndTrainsAllAbove()
    {
        using var network = TrainingSamples.Network(TransferStrategy.LayerWise("layer3.1"));
        var before = TrainingSamples.Bytes(network);

        Fit(network, epochs: 1);

        var after = TrainingSamples.Bytes(network);
        Assert.All(before.Keys, name =>
        {
            var isTrained = name.StartsWith("layer4", StringComparison.Ordinal) || name.StartsWith("fc", StringComparison.Ordinal);
            Assert.True(isTrained != before[name].SequenceEqual(after[name]), name);
        });
    }

    [Fact]
    public void ProbeEpochs_TrainTheHeadOnly_ThenEverythingIsTrained()
    {
        using var network = TrainingSamples.SmallNetwork();
        var before = TrainingSamples.Bytes(network);
        var changed = new List<string[]>();
        var options = TrainingSamples.Options(epochs: 4);
        options.ProbeEpochs = 2;
        options.EarlyStopping.Metric = ValidationMetric.Loss;
        var callbacks = new TrainingCallbacks
        {
            EpochCompleted = _ =>
            {
                var now = TrainingSamples.Bytes(network);
                changed.Add([.. before.Keys.Where(name => !before[name].SequenceEqual(now[name])).Order()]);
            },
        };

        var result = FineTunerLearningTests.Fit(network, TrainingSamples.Stripes(32), TrainingSamples.Stripes(16, seed: 2), options, callbacks);

        Assert.Equal([TrainingPhase.Probe, TrainingPhase.Probe, TrainingPhase.FineTune, TrainingPhase.FineTune], result.History.Select(epoch => epoch.Phase));
        Assert.Equal(["fc.bias", "fc.weight"], changed[0]);
        Assert.Equal(["fc.bias", "fc.weight"], changed[1]);
        Assert.Equal(before.Count, changed[2].Length);
    }

    [Fact]
    public void ProbeEpochs_OfAFrozenBackbone_AreOrdinaryEpochs()
    {
        using var network = TrainingSamples.Network(TransferStrategy.LinearProbe("stem"));
        var options = TrainingSamples.Options(epochs: 2);
        options.ProbeEpochs = 1;

        var result = FineTunerLearningTests.Fit(network, TrainingSamples.Stripes(16), null, options);

        Assert.All(result.History, epoch => Assert.Equal(TrainingPhase.FineTune, epoch.Phase));
    }

    [Fact]
    public void HeadAndUnits_MoveAtTheirOwnRates()
    {
        using var network = TrainingSamples.SmallNetwork();
        var before = TrainingSamples.Bytes(network);
        var options = TrainingSamples.Options(epochs: 1, learningRate: 1e-3);
        options.BatchSize = 32;
        options.WeightDecay = 0;
        options.GradientClipNorm = null;
        options.Schedule = LearningRateSchedule.Constant;
        options.WarmUpEpochs = 0;
        options.LayerDecay = 0.1;
        options.HeadLearningRateFactor = 5;

        // One batch, one step: Adam's first step is the rate itself wherever there is a gradient.
        FineTunerLearningTests.Fit(network, TrainingSamples.Stripes(32), null, options);

        var after = TrainingSamples.Bytes(network);
        Assert.Equal(5e-3, Largest("fc.weight"), 5e-5);
        Assert.Equal(1e-4, Largest("layer1.0.conv1.weight"), 1e-6);
        Assert.Equal(1e-4, Largest("layer1.0.bn2.bias"), 1e-6);
        Assert.Equal(1e-5, Largest("conv1.weight"), 1e-7);

        double Largest(string name) => TrainingSamples.LargestChange(before[name], after[name]);
    }

    private static void Fit(TransferNetwork network, int epochs) =>
        FineTunerLearningTests.Fit(network, TrainingSamples.Stripes(16), TrainingSamples.Stripes(8, seed: 2), TrainingSamples.Options(epochs));
}
