using Microsoft.ML;
using Microsoft.ML.Data;
using TruncatedTL.MLNet.Strategies;
using TruncatedTL.MLNet.Tests.Support;
using TruncatedTL.MLNet.Tests.Training;
using TruncatedTL.MLNet.Training;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Estimators;

[Collection(TorchCollection.Name)]
public sealed class CheckpointPathTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string FilePath => _folder.PathOf("a.checkpoint");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public void Fit_again_after_an_interruption_gives_the_model_of_a_training_that_was_never_interrupted(bool isBinary, bool isCancelled)
    {
        var straight = Train(isBinary, checkpoint: null, contextSeed: 1);

        // The checkpoint's seed holds: the second context need not have the first one's.
        if (isCancelled)
        {
            var cancelled = Train(isBinary, FilePath, contextSeed: 1, stopAfter: 2, isCancelled);
            Assert.Equal(StopReason.Cancelled, cancelled.Result!.StopReason);
        }
        else
        {
            Assert.Throws<NotSupportedException>(() => Train(isBinary, FilePath, contextSeed: 1, stopAfter: 2));
        }

        var resumed = Train(isBinary, FilePath, contextSeed: null);
        var again = Train(isBinary, FilePath, contextSeed: 7);

        Assert.Equal([3, 4], resumed.Epochs);
        Assert.Empty(again.Epochs);
        Assert.Equal(straight.Scores, resumed.Scores);
        Assert.Equal(straight.Scores, again.Scores);
        Assert.Equal(straight.Result!.History.Select(epoch => epoch.ValidationAuroc), resumed.Result!.History.Select(epoch => epoch.ValidationAuroc));
        Assert.Equal(straight.Result.BestEpoch, resumed.Result.BestEpoch);
    }

    [Fact]
    public void Other_rows_or_weights_are_another_training()
    {
        var context = new MLContext(seed: 1);
        var rows = SyntheticImages.View(context, 32, classes: 2);
        Trainers.Multiclass(context, o => o.CheckpointPath = FilePath).Fit(rows).Dispose();

        var otherRows = Assert.Throws<CheckpointException>(() =>
            Trainers.Multiclass(context, o => o.CheckpointPath = FilePath).Fit(SyntheticImages.View(context, 32, classes: 2, seed: 2)));
        Assert.All(otherRows.Differences, difference => Assert.Contains("data", difference, StringComparison.Ordinal));

        // The same plan from other pretrained weights, all of them trained: only the beginning tells them apart.
        var pretrained = context.Pretrain(rows, new PretrainingOptions { Backbone = "resnet18_w32", InputSize = [16, 16], Training = new TrainingOptions { MaxEpochs = 1, BatchSize = 16 } });
        var path = _folder.PathOf("b.checkpoint");
        void Transfer(bool areBundled)
        {
            using var model = Trainers.Multiclass(context, o =>
            {
                o.CheckpointPath = path;
                o.Strategy = TransferStrategy.Truncated("layer1.0");
                o.Backbone = "resnet18_w32";
                o.InputSize = [16, 16];
                o.Normalization = MLNet.Networks.PixelNormalization.ImageNet;
                o.Weights = areBundled ? MLNet.Weights.PretrainedWeights.Bundled : pretrained.ToPretrainedWeights();
            }).Fit(rows);
        }

        Transfer(areBundled: true);
        var otherWeights = Assert.Throws<CheckpointException>(() => Transfer(areBundled: false));
        Assert.StartsWith("weights at the beginning", Assert.Single(otherWeights.Differences), StringComparison.Ordinal);
        Transfer(areBundled: true);
    }

    [Fact]
    public void Pretraining_goes_on_too()
    {
        var context = new MLContext(seed: 1);
        var rows = SyntheticImages.View(context, 32, classes: 2);
        PretrainingOptions Options(Action<EpochMetrics>? callback) => new()
        {
            Backbone = "resnet18_w32",
            CheckpointPath = FilePath,
            MetricsCallback = callback,
            Training = new TrainingOptions { MaxEpochs = 3, BatchSize = 16, Augmentation = null },
        };

        Assert.Throws<NotSupportedException>(() => context.Pretrain(rows, Options(_ => throw new NotSupportedException())));
        var epochs = new List<int>();
        var result = context.Pretrain(rows, Options(metrics => epochs.Add(metrics.Epoch)));

        Assert.Equal([2, 3], epochs);
        Assert.Equal(3, result.Training.History.Count);
    }

    private static (float[][] Scores, TrainingResult? Result, List<int> Epochs) Train(bool isBinary, string? checkpoint, int? contextSeed, int? stopAfter = null, bool isCancelled = false)
    {
        using var source = new CancellationTokenSource();
        var epochs = new List<int>();
        var context = new MLContext(contextSeed);
        var rows = SyntheticImages.View(context, 40, classes: isBinary ? 2 : 3, mislabelled: 0.3);
        void Change(TransferLearningOptions options)
        {
            options.CheckpointPath = checkpoint;
            options.CancellationToken = source.Token;
            options.Training.Augmentation = new AugmentationOptions { MixupAlpha = 0.2 };
            options.MetricsCallback = metrics =>
            {
                epochs.Add(metrics.Epoch);
                if (metrics.Epoch == stopAfter)
                {
                    source.Cancel();
                    if (!isCancelled)
                    {
                        throw new NotSupportedException();
                    }
                }
            };
        }

        using var model = isBinary ? Trainers.Binary(context, Change).Fit(rows) : Trainers.Multiclass(context, Change).Fit(rows);
        var scored = model.Transform(rows);
        var scores = isBinary
            ? scored.GetColumn<float>("Score").Select(score => new[] { score }).ToArray()
            : scored.GetColumn<float[]>("Score").ToArray();
        return (scores, model.Training, epochs);
    }
}
