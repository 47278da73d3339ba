using TorchSharp;
using TruncatedTL.MLNet.Evaluation;
using TruncatedTL.MLNet.Networks;
using TruncatedTL.MLNet.Strategies;
using TruncatedTL.MLNet.Training;
using Xunit;
using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Tests.Training;

[Collection(TorchCollection.Name)]
public class FineTunerLearningTests
{
    [Theory]
    [InlineData(1, 2, OptimizerKind.AdamW, 3e-3)]
    [InlineData(2, 2, OptimizerKind.Sgd, 3e-2)]
    [InlineData(3, 3, OptimizerKind.Adam, 3e-3)]
    public void Training_LearnsATask(int outputs, int classes, OptimizerKind optimizer, double learningRate)
    {
        using var network = TrainingSamples.SmallNetwork(outputs);
        var options = TrainingSamples.Options(epochs: 5, learningRate);
        options.Optimizer = optimizer;

        var result = Fit(network, TrainingSamples.Stripes(96, classes), TrainingSamples.Stripes(60, classes, seed: 2), options);

        Assert.True(result.BestMetric > 0.97, result.ToString());
        Assert.Equal(ValidationMetric.Auroc, result.Metric);
        Assert.True(result.History[^1].TrainLoss < 0.6 * result.History[0].TrainLoss);
        Assert.Equal(96 * result.History.Count, result.ImagesSeen);
    }

    [Fact]
    public void Training_WithEverythingOn_LearnsToo()
    {
        using var network = TrainingSamples.SmallNetwork();
        var options = TrainingSamples.Options(epochs: 6);
        options.Augmentation = new AugmentationOptions { RotationDegrees = 5, CropScaleMinimum = 0.8, VerticalFlip = 0.5, MixupAlpha = 0.2 };
        options.Loss = LossFunction.Focal;
        options.LabelSmoothing = 0.05;
        options.BalancedSampling = true;
        options.LayerDecay = 0.9;
        options.Schedule = LearningRateSchedule.OneCycle;
        var train = TrainingSamples.Stripes(96, classOf: i => i % 4 == 0 ? 1 : 0);

        var result = Fit(network, train, TrainingSamples.Stripes(60, seed: 2), options);

        Assert.True(result.BestMetric > 0.9, result.ToString());
    }

    [Fact]
    public void Training_OfVolumes_IsNotTiedToTwoAxes()
    {
        // The network is 2D; what the trainer itself does with a volume is upload, augment, normalise and mix.
        using var scope = NewDisposeScope();
        var store = new ImageStore(1, 4, 6, 8);
        store.Append(Enumerable.Range(0, 192).Select(i => (float)i).ToArray());
        store.Append(new float[192]);
        var set = new TrainingSet(store, [0, 1], ["a", "b"]);
        var uploader = new BatchUploader(store, TrainingSamples.Normalization, CPU);
        var augmenter = new ImageAugmenter(new AugmentationOptions { DepthFlip = 0.5 }, store.Spatial);

        foreach (var batch in new BatchReader(set, new TargetEncoder([1, 1], 0), mixupAlpha: 1, seed: 1).Read(EpochSampler.InOrder(2), [2], epoch: 1))
        {
            var input = uploader.Mix(uploader.Normalize(augmenter.Apply(uploader.Upload(batch), batch.Streams)), batch.MixingShares);
            Assert.Equal([2, 1, 4, 6, 8], input.shape);
            Assert.True(input.isfinite().all().item<bool>());
        }
    }

    [Fact]
    public void Training_OverfitsAFewImages()
    {
        using var network = TrainingSamples.SmallNetwork();
        var options = TrainingSamples.Options(epochs: 40);
        options.EarlyStopping.Patience = 0;

        // Pure noise: nothing but memory tells the classes apart.
        var train = TrainingSamples.Stripes(12, noise: 2000);
        var result = Fit(network, train, null, options);

        Assert.True(result.BestMetric < 0.02, result.ToString());
        Assert.Equal(ValidationMetric.Loss, result.Metric);
        Assert.False(result.IsMetricOnValidation);
        Assert.Equal(1, result.Best.TrainAccuracy);
        Assert.Null(result.Best.ValidationAuroc);
    }

    [Fact]
    public void SameSeed_GivesBitIdenticalWeights_OtherSeedDoesNot()
    {
        var train = TrainingSamples.Stripes(40);
        var validation = TrainingSamples.Stripes(20, seed: 2);

        var first = Train(seed: 1);
        var second = Train(seed: 1);
        var other = Train(seed: 2);

        Assert.Equal(first, second);
        Assert.NotEqual(first["fc.weight"], other["fc.weight"]);

        Dictionary<string, byte[]> Train(int seed)
        {
            using var network = TrainingSamples.SmallNetwork();
            var options = TrainingSamples.Options(epochs: 2);
            options.Augmentation = new AugmentationOptions { MixupAlpha = 0.3 };
            options.Seed = seed;
            options.EarlyStopping.Metric = ValidationMetric.Loss;
            Fit(network, train, validation, options);
            return TrainingSamples.Bytes(network);
        }
    }

    [Fact]
    public void TrainingLoss_IsTheExactWeightedMeanOverAllImages_WithWeightsFromTheTrainingSplit()
    {
        // A frozen backbone and steps of no size: the training pass has to see what scoring sees.
        using var network = TrainingSamples.Network(TransferStrategy.LinearProbe("layer1.0"));
        var train = TrainingSamples.Stripes(37, classOf: i => i < 30 ? 0 : 1);
        var options = TrainingSamples.Options(epochs: 1, learningRate: 1e-20);
        options.MinimumLearningRate = 0;
        options.BatchSize = 5;

        var logits = Scorer.Logits(network, train.Images, TrainingSamples.Normalization, batchSize: 64);
        var result = Fit(network, train, null, options);

        double[] weights = [37 / 60.0, 37 / 14.0];
        var expected = 0.0;
        for (var i = 0; i < 37; i++)
        {
            var label = train.Labels[i];
            expected += weights[label] * LogitMetrics.CrossEntropy(logits.AsSpan(2 * i, 2), 2, [label])!.Value / 37;
        }

        Assert.Equal(expected, result.History[0].TrainLoss, 5);
        Assert.Equal(LogitMetrics.Accuracy(logits, 2, train.Labels)!.Value, result.History[0].TrainAccuracy, 12);
    }

    [Fact]
    public void ExampleWeightZero_LeavesAnImageOut()
    {
        var whole = TrainingSamples.Stripes(24);
        // The same images, of which eight have a wrong label that must not count.
        var wrong = whole.Labels.ToArray().Select((label, i) => i < 8 ? 1 - label : label).ToArray();
        var weights = Enumerable.Range(0, 24).Select(i => i < 8 ? 0f : 1).ToArray();

        Assert.Equal(Train(whole.Labels.ToArray()), Train(wrong));

        Dictionary<string, byte[]> Train(int[] labels)
        {
            using var network = TrainingSamples.SmallNetwork();
            var options = TrainingSamples.Options(epochs: 1);
            options.ClassWeighting = ClassWeighting.None;
            Fit(network, new TrainingSet(whole.Images, labels, whole.ClassNames, weights), null, options);
            return TrainingSamples.Bytes(network);
        }
    }

    [Fact]
    public void BestWeights_AreRestored_AndScoreAsReported()
    {
        using var network = TrainingSamples.SmallNetwork();
        var validation = TrainingSamples.Stripes(40, seed: 2, noise: 250);
        var options = TrainingSamples.Options(epochs: 8, learningRate: 2e-2);
        options.EarlyStopping = new EarlyStoppingOptions { Metric = ValidationMetric.Loss, Patience = 0 };
        options.Schedule = LearningRateSchedule.Constant;

        var result = Fit(network, TrainingSamples.Stripes(32, noise: 250), validation, options);
        var logits = Scorer.Logits(network, validation.Images, TrainingSamples.Normalization, options.BatchSize);

        Assert.True(result.BestEpoch < result.History.Count, "The last epoch is the best; the test does not test.");
        Assert.Equal(result.History.Min(epoch => epoch.ValidationLoss), result.BestMetric);
        Assert.Equal(result.BestMetric, LogitMetrics.CrossEntropy(logits, 2, validation.Labels)!.Value, 5);
        Assert.Equal(result.Best.ValidationAuroc, LogitMetrics.Auroc(logits, 2, validation.Labels));
        Assert.Equal(result.Best.ValidationAuprc, LogitMetrics.AveragePrecision(logits, 2, validation.Labels));
        Assert.Equal(result.Best.ValidationAccuracy, LogitMetrics.Accuracy(logits, 2, validation.Labels));
    }

    [Fact]
    public void Paper_Runs()
    {
        using var network = TrainingSamples.SmallNetwork();
        var options = TrainingOptions.Paper();
        options.MaxEpochs = 2;

        Assert.Equal(2, Fit(network, TrainingSamples.Stripes(40), TrainingSamples.Stripes(20, seed: 2), options).History.Count);
    }

    [Fact]
    public void Training_LeavesNoTensorsBehind()
    {
        var train = TrainingSamples.Stripes(21);
        var validation = TrainingSamples.Stripes(10, seed: 2);
        using var network = TrainingSamples.SmallNetwork();
        var options = TrainingSamples.Options(epochs: 3);
        options.ProbeEpochs = 1;
        options.Augmentation = new AugmentationOptions { MixupAlpha = 0.2 };
        Fit(network, train, validation, options);
        var before = DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;

        foreach (var optimizer in Enum.GetValues<OptimizerKind>())
        {
            options.Optimizer = optimizer;
            Fit(network, train, validation, options);
            Assert.Equal(before, DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount);
        }

        Assert.All(network.TrainableByUnit().SelectMany(unit => unit), entry => Assert.Null(entry.Parameter.grad));
    }

    internal static TrainingResult Fit(TransferNetwork network, TrainingSet train, TrainingSet? validation, TrainingOptions options, TrainingCallbacks? callbacks = null) =>
        FineTuner.Fit(network, train, validation, TrainingSamples.Normalization, options, callbacks);
}
