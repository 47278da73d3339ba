using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Networks;
using TruncatedTL.MLNet.Strategies;
using TruncatedTL.MLNet.Tests.Support;
using TruncatedTL.MLNet.Training;
using Xunit;
using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Tests.Training;

[Collection(TorchCollection.Name)]
public class FrozenPrefixTests
{
    public static TheoryData<string, string, HeadPooling> Cases => new()
    {
        { BackboneNames.ResNet18Narrow, "LinearProbe(layer1.1)", HeadPooling.Average },
        { BackboneNames.ResNet18Narrow, "LinearProbe(layer1.0)", HeadPooling.AverageAndMax },
        { BackboneNames.ResNet18Narrow, "LinearProbe(layer1.0)", HeadPooling.Flatten },
        { BackboneNames.ResNet18Narrow, "LayerWise(layer3.1)", HeadPooling.Average },
        { BackboneNames.ResNet18Narrow, "LayerWise(stem)", HeadPooling.Average },
        { BackboneNames.ResNet18Narrow, "Truncated(layer1.0)", HeadPooling.Average },
        { BackboneNames.MobileNetV2, "LinearProbe(features.3)", HeadPooling.Average },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Trainings_end_in_the_same_bits_with_and_without_kept_features(string backbone, string strategy, HeadPooling pooling)
    {
        var kept = Train(backbone, strategy, pooling, megabytes: 1024);
        var recomputed = Train(backbone, strategy, pooling, megabytes: 0);

        Assert.Contains(kept.Log, line => line.Contains("training images", StringComparison.Ordinal) && line.Contains("kept", StringComparison.Ordinal));
        Assert.All(recomputed.Log, line => Assert.Contains("in every epoch", line));
        Assert.Equal(recomputed.Losses, kept.Losses);
        Assert.Equal(recomputed.Weights, kept.Weights);
    }

    [Theory]
    [InlineData("LinearProbe(layer1.1)")]
    [InlineData("LayerWise(layer2.0)")]
    public void Features_are_kept_in_the_format_that_training_computes_in(string strategy)
    {
        var kept = Train(BackboneNames.ResNet18Narrow, strategy, HeadPooling.Average, megabytes: 1024, options => options.NumberFormat = NumberFormat.BFloat16);
        var recomputed = Train(BackboneNames.ResNet18Narrow, strategy, HeadPooling.Average, megabytes: 0, options => options.NumberFormat = NumberFormat.BFloat16);
        var single = Train(BackboneNames.ResNet18Narrow, strategy, HeadPooling.Average, megabytes: 1024);

        Assert.Equal(recomputed.Losses, kept.Losses);
        Assert.Equal(recomputed.Weights, kept.Weights);
        Assert.NotEqual(single.Losses, kept.Losses);
    }

    [Fact]
    public void Closing_layers_are_trained_on_kept_maps()
    {
        // The kept map may lie otherwise in memory than the one that is computed anew, so that the sums over it differ in the last bit.
        var kept = Train(BackboneNames.DenseNet121, "LinearProbe(denseblock1.denselayer2)", HeadPooling.Average, megabytes: 1024);
        var recomputed = Train(BackboneNames.DenseNet121, "LinearProbe(denseblock1.denselayer2)", HeadPooling.Average, megabytes: 0);

        Assert.Equal(2, kept.Log.Count(line => line.Contains("kept", StringComparison.Ordinal)));
        Assert.All(recomputed.Losses.Zip(kept.Losses), pair =>
        {
            Assert.Equal(pair.First.Train, pair.Second.Train, 1e-6);
            Assert.Equal(pair.First.Validation!.Value, pair.Second.Validation!.Value, 1e-6);
        });
    }

    [Fact]
    public void Augmentation_keeps_the_features_of_validation_images_only()
    {
        var kept = Train(BackboneNames.ResNet18Narrow, "LinearProbe(layer1.0)", HeadPooling.Average, megabytes: 1024, options => options.Augmentation = new());
        var recomputed = Train(BackboneNames.ResNet18Narrow, "LinearProbe(layer1.0)", HeadPooling.Average, megabytes: 0, options => options.Augmentation = new());
        var unchanged = Train(BackboneNames.ResNet18Narrow, "LinearProbe(layer1.0)", HeadPooling.Average, megabytes: 1024, options => options.Augmentation = AugmentationOptions.None());

        Assert.Contains("validation images", kept.Log.Distinct().Single());
        Assert.Equal(recomputed.Losses, kept.Losses);
        Assert.Equal(recomputed.Weights, kept.Weights);
        Assert.Contains(unchanged.Log, line => line.Contains("training images", StringComparison.Ordinal));
    }

    [Fact]
    public void Balanced_sampling_and_mixup_train_as_they_do_without_kept_features()
    {
        foreach (var change in new Action<TrainingOptions>[]
        {
            options => options.BalancedSampling = true,
            options =>
            {
                options.Augmentation = AugmentationOptions.None();
                options.Augmentation.MixupAlpha = 0.4;
            },
        })
        {
            var kept = Train(BackboneNames.ResNet18Narrow, "LinearProbe(layer1.0)", HeadPooling.Average, megabytes: 1024, change);
            var recomputed = Train(BackboneNames.ResNet18Narrow, "LinearProbe(layer1.0)", HeadPooling.Average, megabytes: 0, change);
            Assert.Equal(recomputed.Weights, kept.Weights);
        }
    }

    [Fact]
    public void What_exceeds_the_memory_is_said_and_computed_anew()
    {
        // Maps of 32 x 8 x 8 float32: 0.6 MiB for 80 training images and 0.5 for 60 validation images, of which only the first fit.
        var run = Train(BackboneNames.ResNet18Narrow, "LayerWise(layer1.0)", HeadPooling.Average, megabytes: 1, epochs: 1, trainCount: 80, validationCount: 60);

        Assert.Contains(run.Log, line => line.Contains("80 training images", StringComparison.Ordinal) && line.Contains("(0.6 MiB)", StringComparison.Ordinal));
        Assert.Contains(run.Log, line => line.Contains("60 validation images", StringComparison.Ordinal) && line.Contains("in every epoch", StringComparison.Ordinal));
    }

    [Fact]
    public void A_checkpoint_goes_on_whether_features_are_kept_or_not()
    {
        using var folder = new TemporaryFolder();
        var whole = Train(BackboneNames.ResNet18Narrow, "LayerWise(layer1.0)", HeadPooling.Average, megabytes: 0, epochs: 3);
        var path = folder.PathOf("training");

        Train(BackboneNames.ResNet18Narrow, "LayerWise(layer1.0)", HeadPooling.Average, megabytes: 1024, epochs: 3, checkpoint: new CheckpointPlan { Path = path, StopAfterEpoch = 1 });
        var resumed = Train(BackboneNames.ResNet18Narrow, "LayerWise(layer1.0)", HeadPooling.Average, megabytes: 0, epochs: 3, checkpoint: new CheckpointPlan { Path = path });

        Assert.Equal(whole.Weights, resumed.Weights);
    }

    [Fact]
    public void Features_are_computed_once_and_again_when_other_units_are_frozen()
    {
        using var network = TrainingSamples.Network(TransferStrategy.LayerWise("layer1.0"));
        var set = TrainingSamples.Stripes(6);
        var log = new List<string>();
        var before = TensorCount();
        using (var prefix = new FrozenPrefix(network, set.Images, set.Rows, TrainingSamples.Normalization, 4, new FeatureBudget(1 << 20), training: true, log.Add))
        {
            Assert.True(prefix.Prepare(default));
            var logits = prefix.Logits(null, default);
            Assert.Equal(Scorer.Logits(network, set.Images, TrainingSamples.Normalization, 4), logits);

            using (no_grad())
            {
                network.State["conv1.weight"].mul_(2);
            }

            Assert.True(prefix.Prepare(default));
            Assert.Equal(logits, prefix.Logits(null, default));
            Assert.Single(log);

            network.FreezeBackbone();
            Assert.True(prefix.Prepare(default));
            Assert.Equal(Scorer.Logits(network, set.Images, TrainingSamples.Normalization, 4), prefix.Logits(null, default));
            Assert.Equal(2, log.Count);
        }

        Assert.Equal(before, TensorCount());
    }

    [Fact]
    public void Nothing_is_kept_where_nothing_is_frozen()
    {
        using var network = TrainingSamples.SmallNetwork();
        var set = TrainingSamples.Stripes(4);
        using var prefix = new FrozenPrefix(network, set.Images, set.Rows, TrainingSamples.Normalization, 4, new FeatureBudget(1 << 20), training: true, _ => Assert.Fail("nothing to say"));

        Assert.False(prefix.Prepare(default));
    }

    [Fact]
    public void A_cancelled_computation_gives_its_memory_back_and_can_be_repeated()
    {
        using var network = TrainingSamples.Network(TransferStrategy.LayerWise("layer1.0"));
        var set = TrainingSamples.Stripes(4);
        var budget = new FeatureBudget(1 << 20);
        using var prefix = new FrozenPrefix(network, set.Images, set.Rows, TrainingSamples.Normalization, 4, budget, training: true, null);

        Assert.Throws<OperationCanceledException>(() => prefix.Prepare(new CancellationToken(canceled: true)));
        Assert.Equal(1 << 20, budget.Left);
        Assert.True(prefix.Prepare(default));
        Assert.True(budget.Left < 1 << 20);
        prefix.Dispose();
        Assert.Equal(1 << 20, budget.Left);
    }

    private static long TensorCount() => TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount;

    private static Run Train(
        string backbone,
        string strategy,
        HeadPooling pooling,
        int megabytes,
        Action<TrainingOptions>? change = null,
        int epochs = 3,
        int trainCount = 24,
        int validationCount = 10,
        CheckpointPlan? checkpoint = null)
    {
        var specification = new NetworkSpecification(
            TransferStrategy.Parse(strategy).Resolve(Backbone.Create(backbone, inputChannels: 1)), pooling, 2, [TrainingSamples.Side, TrainingSamples.Side]);
        using var network = TransferNetwork.Create(specification, seed: 1, CPU);
        var options = TrainingSamples.Options(epochs);
        options.ProbeEpochs = epochs / 2;
        options.FrozenFeatureMegabytes = megabytes;
        options.EarlyStopping.Metric = ValidationMetric.Loss;
        change?.Invoke(options);
        var log = new List<string>();
        var result = FineTuner.Fit(
            network,
            TrainingSamples.Stripes(trainCount),
            TrainingSamples.Stripes(validationCount, seed: 2),
            TrainingSamples.Normalization,
            options,
            new TrainingCallbacks { Log = log.Add, Checkpoint = checkpoint });
        return new Run(TrainingSamples.Bytes(network), [.. result.History.Select(epoch => (epoch.TrainLoss, epoch.ValidationLoss))], log);
    }

    private sealed record Run(Dictionary<string, byte[]> Weights, (double Train, double? Validation)[] Losses, List<string> Log);
}
