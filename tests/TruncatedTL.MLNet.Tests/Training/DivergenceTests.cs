using TruncatedTL.MLNet.Tests.Support;
using TruncatedTL.MLNet.Training;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Training;

[Collection(TorchCollection.Name)]
public class DivergenceTests
{
    // Decoupled decay multiplies weights by 1 - rate x decay in each step: by -9 at a rate of 1000, by -0.25 after three halvings.
    private static TrainingOptions Diverging(int retries)
    {
        var options = TrainingSamples.Options(epochs: 8, learningRate: 1000);
        options.BatchSize = 4;
        options.WeightDecay = 0.01;
        options.WarmUpEpochs = 0;
        options.Schedule = LearningRateSchedule.Constant;
        options.EarlyStopping = new EarlyStoppingOptions { Metric = ValidationMetric.Loss, Patience = 0 };
        options.DivergenceRetries = retries;
        return options;
    }

    [Fact]
    public void A_training_that_diverges_goes_back_and_halves_the_rate_until_it_does_not()
    {
        var (result, _) = Fit(Diverging(retries: 5));

        Assert.Equal(StopReason.MaxEpochs, result.StopReason);
        Assert.Equal(8, result.History.Count);
        var retries = result.History.Sum(epoch => epoch.Retries);
        Assert.InRange(retries, 1, 5);
        var expected = 1000.0;
        foreach (var epoch in result.History)
        {
            expected *= Math.Pow(0.5, epoch.Retries);
            Assert.Equal(expected, epoch.LearningRate);
            Assert.True(double.IsFinite(epoch.TrainLoss));
        }

        var first = result.History.First(epoch => epoch.Retries > 0);
        Assert.Contains($"infinite or NaN in epoch {first.Epoch}", result.Explanation, StringComparison.Ordinal);
        Assert.Contains("halved the learning rate", result.Explanation, StringComparison.Ordinal);
        Assert.Contains($"begun anew {first.Retries} x", first.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("begun anew", result.History[0].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void It_gives_up_after_the_retries_that_are_allowed_and_remembers_that()
    {
        using var folder = new TemporaryFolder();
        var plan = new CheckpointPlan { Path = folder.PathOf("a.checkpoint") };

        var (result, weights) = Fit(Diverging(retries: 1), plan);
        var (again, same) = Fit(Diverging(retries: 1), plan);

        Assert.Equal(StopReason.NonFiniteLoss, result.StopReason);
        Assert.True(result.History.Count < 8);
        Assert.Equal(result.History, again.History);
        Assert.Equal(result.Explanation, again.Explanation);
        Assert.Equal(weights, same);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Going_on_is_exact_through_a_divergence(int step)
    {
        using var folder = new TemporaryFolder();
        var straight = Fit(Diverging(retries: 5));
        var resumed = straight;
        for (var stop = step; stop < 8 + step; stop += step)
        {
            resumed = Fit(Diverging(retries: 5), new CheckpointPlan { Path = folder.PathOf("a.checkpoint"), StopAfterEpoch = stop });
        }

        Assert.Equal(CheckpointResumeTests.Timeless(straight.Result), CheckpointResumeTests.Timeless(resumed.Result));
        Assert.Equal((straight.Result.StopReason, straight.Result.Explanation, straight.Result.ImagesSeen), (resumed.Result.StopReason, resumed.Result.Explanation, resumed.Result.ImagesSeen));
        Assert.Equal(straight.Weights, resumed.Weights);
    }

    [Fact]
    public void The_retried_epoch_begins_with_the_state_before_it_and_trains_as_if_the_rate_had_been_lower_all_along()
    {
        // The first epoch is spoilt at its first attempt: what follows is a training at half the rate from its very beginning.
        var half = TrainingSamples.Options(epochs: 2, learningRate: 1.5e-3);
        var whole = TrainingSamples.Options(epochs: 2, learningRate: 3e-3);
        half.MinimumLearningRate = whole.MinimumLearningRate = 0;
        var spoilt = false;

        var expected = Fit(half);
        var actual = Fit(whole, spoil: network =>
        {
            if (!spoilt)
            {
                spoilt = true;
                using var gradients = TorchSharp.torch.no_grad();
                network.State["layer1.0.conv1.weight"].fill_(float.NaN);
            }
        });

        Assert.Equal(1, actual.Result.History[0].Retries);
        Assert.Equal(expected.Weights, actual.Weights);
        Assert.Equal(expected.Result.History.Select(epoch => epoch.ValidationLoss), actual.Result.History.Select(epoch => epoch.ValidationLoss));
    }

    [Fact]
    public void A_training_that_never_had_a_good_epoch_says_what_was_tried()
    {
        var error = Assert.Throws<TrainingDivergedException>(() => Fit(TrainingSamples.Options(epochs: 2), spoil: network =>
        {
            using var gradients = TorchSharp.torch.no_grad();
            network.State["fc.bias"].fill_(float.NaN);
        }));

        Assert.Contains("begun anew 3 times, each time at half the learning rate, at last at 3.8E-4", error.Message, StringComparison.Ordinal);
    }

    private static (TrainingResult Result, Dictionary<string, byte[]> Weights) Fit(TrainingOptions options, CheckpointPlan? plan = null, Action<MLNet.Networks.TransferNetwork>? spoil = null)
    {
        using var network = TrainingSamples.SmallNetwork();
        var callbacks = new TrainingCallbacks { Checkpoint = plan, Batches = spoil is null ? null : new Spoiler(() => spoil(network)) };
        var result = FineTuner.Fit(network, TrainingSamples.Stripes(32), TrainingSamples.Stripes(16, seed: 2), TrainingSamples.Normalization, options, callbacks);
        return (result, TrainingSamples.Bytes(network));
    }

    private sealed class Spoiler(Action spoil) : IProgress<BatchProgress>
    {
        public void Report(BatchProgress value) => spoil();
    }
}
