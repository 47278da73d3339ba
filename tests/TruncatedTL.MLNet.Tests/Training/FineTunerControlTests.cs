using TruncatedTL.MLNet.Networks;
using TruncatedTL.MLNet.Strategies;
using TruncatedTL.MLNet.Training;
using Xunit;
using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Tests.Training;

[Collection(TorchCollection.Name)]
public class FineTunerControlTests
{
    [Fact]
    public void MaxEpochs_IsTheReason_WhenAllEpochsWereRun()
    {
        using var network = TrainingSamples.SmallNetwork();

        var result = Fit(network, TrainingSamples.Options(epochs: 2));

        Assert.Equal(StopReason.MaxEpochs, result.StopReason);
        Assert.Contains("2 epochs", result.Explanation, StringComparison.Ordinal);
        Assert.Equal([1, 2], result.History.Select(epoch => epoch.Epoch));
    }

    [Fact]
    public void EarlyStopping_EndsWhenTheMetricStandsStill()
    {
        using var network = TrainingSamples.SmallNetwork();
        var options = TrainingSamples.Options(epochs: 50);
        options.EarlyStopping.Patience = 2;
        options.EarlyStopping.MinimumImprovement = 2;

        var result = Fit(network, options);

        Assert.Equal(StopReason.EarlyStopping, result.StopReason);
        Assert.Equal(3, result.History.Count);
        Assert.Contains("2 epochs", result.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public void LearningRate_FallsOnAPlateau_UntilItIsTooSmall()
    {
        // The running statistics of a backbone that is trained would still move the validation loss.
        using var network = TrainingSamples.Network(TransferStrategy.LinearProbe("stem"));
        var options = TrainingSamples.Options(epochs: 50, learningRate: 1e-12);
        options.MinimumLearningRate = 0.3e-12;
        options.Schedule = LearningRateSchedule.ReduceOnPlateau;
        options.WarmUpEpochs = 0;
        options.PlateauPatience = 1;
        options.EarlyStopping.Patience = 0;

        var result = Fit(network, options);

        Assert.Equal(StopReason.LearningRateTooSmall, result.StopReason);
        // The first epoch is the best; two without, halved to 5e-13; two without, halved to 2.5e-13.
        Assert.Equal([1e-12, 1e-12, 1e-12, 0.5e-12, 0.5e-12], result.History.Select(epoch => epoch.LearningRate));
    }

    [Fact]
    public void LearningRate_FollowsTheScheduleStepByStep()
    {
        using var network = TrainingSamples.SmallNetwork();
        var options = TrainingSamples.Options(epochs: 4, learningRate: 1);
        options.LearningRate = 1e-3;
        options.BatchSize = 8;
        options.Schedule = LearningRateSchedule.Cosine;
        options.WarmUpEpochs = 1;

        // Four batches an epoch; warm-up over four steps, cosine over twelve.
        var rates = FineTunerLearningTests.Fit(network, TrainingSamples.Stripes(32), null, options).History.Select(epoch => epoch.LearningRate).ToArray();

        Assert.Equal(1e-3, rates[0], 12);
        Assert.Equal(1e-3 * (1 + Math.Cos(Math.PI * 3 / 12)) / 2, rates[1], 12);
        Assert.Equal(1e-3 * (1 + Math.Cos(Math.PI * 11 / 12)) / 2, rates[3], 12);
    }

    [Fact]
    public void Cancelled_InTheSecondEpoch_KeepsTheBest_AndStopsBeforeTheNextBatch()
    {
        using var network = TrainingSamples.SmallNetwork();
        using var source = new CancellationTokenSource();
        Dictionary<string, byte[]>? afterFirst = null;
        var batchesAfter = 0;
        var callbacks = new TrainingCallbacks
        {
            Cancellation = source.Token,
            EpochCompleted = _ => afterFirst = TrainingSamples.Bytes(network),
            Batches = new Immediate<BatchProgress>(progress =>
            {
                batchesAfter += source.IsCancellationRequested ? 1 : 0;
                if (progress is { Epoch: 2, BatchesDone: 1 })
                {
                    source.Cancel();
                }
            }),
        };

        var result = Fit(network, TrainingSamples.Options(epochs: 5), callbacks);

        Assert.Equal(StopReason.Cancelled, result.StopReason);
        Assert.Single(result.History);
        Assert.Equal(0, batchesAfter);
        Assert.Equal(afterFirst, TrainingSamples.Bytes(network));
    }

    [Theory]
    [InlineData(CancellationBehavior.KeepBest, 1, false)]
    [InlineData(CancellationBehavior.KeepBest, 1, true)]
    [InlineData(CancellationBehavior.Throw, 2, false)]
    public void Cancelled_WithoutAnythingToKeep_OrWhereAsked_Throws(CancellationBehavior behavior, int epoch, bool isValidation)
    {
        using var network = TrainingSamples.SmallNetwork();
        using var source = new CancellationTokenSource();
        var options = TrainingSamples.Options(epochs: 3);
        options.OnCancel = behavior;
        options.BatchSize = 4;
        var callbacks = new TrainingCallbacks
        {
            Cancellation = source.Token,
            Batches = new Immediate<BatchProgress>(progress =>
            {
                if (progress.Epoch == epoch && progress.IsValidation == isValidation)
                {
                    source.Cancel();
                }
            }),
        };

        Assert.Throws<OperationCanceledException>(() => Fit(network, options, callbacks));
    }

    [Fact]
    public void Cancelled_BeforeTheBeginning_ChangesNothing()
    {
        using var network = TrainingSamples.SmallNetwork();
        var before = TrainingSamples.Bytes(network);

        Assert.Throws<OperationCanceledException>(() => Fit(network, TrainingSamples.Options(epochs: 2), new TrainingCallbacks { Cancellation = new CancellationToken(canceled: true) }));
        Assert.Equal(before, TrainingSamples.Bytes(network));
    }

    [Fact]
    public void Diverged_InTheFirstEpoch_ThrowsAndExplains()
    {
        using var network = TrainingSamples.SmallNetwork();
        // Pixels up to 1e40 are infinite in single precision.
        var normalization = new PixelNormalization(1e-38, [0], [1]);

        var error = Assert.Throws<TrainingDivergedException>(() =>
            FineTuner.Fit(network, TrainingSamples.Stripes(32), null, normalization, TrainingSamples.Options(epochs: 3)));

        Assert.Equal(1, error.Epoch);
        Assert.Contains("LearningRate (3.0E-3)", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Diverged_Later_KeepsTheBest(bool hasValidation)
    {
        using var network = TrainingSamples.SmallNetwork();
        Dictionary<string, byte[]>? afterFirst = null;
        var options = TrainingSamples.Options(epochs: 5);
        options.DivergenceRetries = 0;
        var callbacks = new TrainingCallbacks
        {
            EpochCompleted = _ =>
            {
                afterFirst = TrainingSamples.Bytes(network);
                using var gradients = no_grad();
                network.State["fc.bias"].fill_(float.PositiveInfinity);
            },
        };

        var result = FineTunerLearningTests.Fit(
            network,
            TrainingSamples.Stripes(16),
            hasValidation ? TrainingSamples.Stripes(8, seed: 2) : null,
            options,
            callbacks);

        Assert.Equal(StopReason.NonFiniteLoss, result.StopReason);
        Assert.Equal(1, result.BestEpoch);
        Assert.Equal(afterFirst, TrainingSamples.Bytes(network));
    }

    [Fact]
    public void Callbacks_AreToldEveryBatchAndEpoch()
    {
        using var network = TrainingSamples.SmallNetwork();
        var batches = new List<BatchProgress>();
        var completed = new List<EpochMetrics>();
        var reported = new List<EpochMetrics>();
        var options = TrainingSamples.Options(epochs: 3);
        options.ProbeEpochs = 1;
        var callbacks = new TrainingCallbacks
        {
            EpochCompleted = completed.Add,
            Epochs = new Immediate<EpochMetrics>(reported.Add),
            Batches = new Immediate<BatchProgress>(batches.Add),
        };

        var result = FineTunerLearningTests.Fit(network, TrainingSamples.Stripes(33), TrainingSamples.Stripes(17, seed: 2), options, callbacks);

        Assert.Equal(result.History, completed);
        Assert.Equal(result.History, reported);
        var expected =
            from epoch in Enumerable.Range(1, 3)
            from pass in new[] { (IsValidation: false, Count: 3), (IsValidation: true, Count: 2) }
            from done in Enumerable.Range(1, pass.Count)
            select new BatchProgress(epoch, 3, epoch == 1 ? TrainingPhase.Probe : TrainingPhase.FineTune, pass.IsValidation, done, pass.Count);
        Assert.Equal(expected, batches);
        Assert.All(result.History, epoch => Assert.True(epoch is { ElapsedSeconds: > 0, ImagesPerSecond: > 0, MaxEpochs: 3 }));
    }

    [Fact]
    public void NumberOfThreads_HoldsWhileTraining()
    {
        using var network = TrainingSamples.SmallNetwork();
        var before = get_num_threads();
        var options = TrainingSamples.Options(epochs: 1);
        options.NumberOfThreads = 1;
        var during = 0;

        Fit(network, options, new TrainingCallbacks { EpochCompleted = _ => during = get_num_threads() });

        Assert.Equal(1, during);
        Assert.Equal(before, get_num_threads());
    }

    [Fact]
    public void AnErrorInACallback_LeavesTheNetworkUsable()
    {
        using var network = TrainingSamples.SmallNetwork();
        var options = TrainingSamples.Options(epochs: 2);
        options.ProbeEpochs = 1;

        Assert.Throws<NotSupportedException>(() => Fit(network, options, new TrainingCallbacks { EpochCompleted = _ => throw new NotSupportedException() }));
        Assert.All(network.TrainableByUnit(), unit => Assert.NotEmpty(unit));
        Fit(network, options);
    }

    private static TrainingResult Fit(TransferNetwork network, TrainingOptions options, TrainingCallbacks? callbacks = null) =>
        FineTunerLearningTests.Fit(network, TrainingSamples.Stripes(32), TrainingSamples.Stripes(16, seed: 2), options, callbacks);

    /// <summary>Unlike <see cref="Progress{T}"/> it reports on the caller's thread, in order.</summary>
    private sealed class Immediate<T>(Action<T> report) : IProgress<T>
    {
        public void Report(T value) => report(value);
    }
}
