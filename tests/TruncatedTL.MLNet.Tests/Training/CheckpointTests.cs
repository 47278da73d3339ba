using TorchSharp;
using TruncatedTL.MLNet.Networks;
using TruncatedTL.MLNet.Strategies;
using TruncatedTL.MLNet.Tests.Support;
using TruncatedTL.MLNet.Training;
using TruncatedTL.MLNet.Weights;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Training;

[Collection(TorchCollection.Name)]
public class CheckpointTests : IDisposable
{
    private static readonly TrainingSet Train = TrainingSamples.Stripes(16);
    private static readonly TrainingSet Validation = TrainingSamples.Stripes(8, seed: 2);

    private readonly TemporaryFolder _folder = new();

    private string FilePath => _folder.PathOf("a.checkpoint");

    public static TheoryData<string, string> OtherTrainings => new()
    {
        { "learning rate", "TrainingOptions.LearningRate: 0.001 here, 0.003 in the checkpoint" },
        { "augmentation", "TrainingOptions.Augmentation" },
        { "patience", "TrainingOptions.EarlyStopping.Patience: 3 here, 8 in the checkpoint" },
        { "seed", "TrainingOptions.Seed: 5 here, 1 in the checkpoint" },
        { "pixel", "training data" },
        { "label", "validation data" },
        { "order", "training data" },
        { "no validation", "validation data: none here" },
        { "normalisation", "normalisation" },
        { "network", "network" },
        { "frozen", "network" },
        { "origin", "weights at the beginning: b here, a in the checkpoint" },
    };

    public void Dispose()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void An_ended_training_is_not_run_again_and_gives_any_network_its_best_weights()
    {
        var options = Options(epochs: 4);
        options.EarlyStopping = new EarlyStoppingOptions { Metric = ValidationMetric.Loss, Patience = 1, MinimumImprovement = 5 };
        var (first, weights) = Fit(options);
        Assert.Equal(StopReason.EarlyStopping, first.StopReason);
        var written = File.ReadAllBytes(FilePath);

        var batches = 0;
        var (again, same) = Fit(options, new TrainingCallbacks { Batches = new Counter(() => batches++), Checkpoint = Plan() }, seed: 9);

        Assert.Equal(0, batches);
        Assert.Equal(weights, same);
        Assert.Equal(first.History, again.History);
        Assert.Equal((first.StopReason, first.Explanation, first.ImagesSeen), (again.StopReason, again.Explanation, again.ImagesSeen));
        Assert.True(again.ElapsedSeconds <= first.ElapsedSeconds, "Nothing was trained, but time passed.");
        Assert.Equal(written, File.ReadAllBytes(FilePath));
    }

    [Fact]
    public void Scores_come_before_the_checkpoint_and_the_checkpoint_before_the_epoch_is_reported()
    {
        var log = new List<string>();
        var callbacks = new TrainingCallbacks
        {
            ValidationScored = (epoch, logits) => log.Add($"scored {epoch}, {logits.Length} logits, {CheckpointedEpochs()} on disk"),
            EpochCompleted = metrics => log.Add($"completed {metrics.Epoch}, {CheckpointedEpochs()} on disk"),
            Checkpoint = Plan(),
        };

        Fit(Options(epochs: 2), callbacks);

        Assert.Equal(["scored 1, 16 logits, 0 on disk", "completed 1, 1 on disk", "scored 2, 16 logits, 1 on disk", "completed 2, 2 on disk"], log);
    }

    [Fact]
    public void Scores_are_those_that_the_metrics_are_computed_from()
    {
        using var network = TrainingSamples.SmallNetwork();
        var logits = new List<float[]>();
        var options = Options(epochs: 2);
        options.EarlyStopping.Metric = ValidationMetric.Loss;

        var result = FineTuner.Fit(
            network, Train, Validation, TrainingSamples.Normalization, options, new TrainingCallbacks { ValidationScored = (_, scores) => logits.Add(scores) });

        Assert.Equal(Scorer.Logits(network, Validation.Images, TrainingSamples.Normalization, options.BatchSize), logits[result.BestEpoch - 1]);
    }

    [Fact]
    public void An_epoch_whose_scores_could_not_be_stored_is_repeated_and_scores_alike()
    {
        var scored = new List<(int Epoch, float[] Logits)>();
        TrainingCallbacks Failing(int at) => new()
        {
            ValidationScored = (epoch, logits) =>
            {
                scored.Add((epoch, logits));
                if (epoch == at)
                {
                    throw new IOException("full");
                }
            },
            Checkpoint = Plan(),
        };

        Assert.Throws<IOException>(() => Fit(Options(epochs: 3), Failing(at: 2)));
        Assert.Equal(1, CheckpointedEpochs());
        var (result, weights) = Fit(Options(epochs: 3), Failing(at: 0));

        Assert.Equal([1, 2, 2, 3], scored.Select(entry => entry.Epoch));
        Assert.Equal(scored[1].Logits, scored[2].Logits);
        AssertAsStraight(Options(epochs: 3), result, weights);
    }

    [Theory]
    [InlineData(0, "callback")]
    [InlineData(1e6, "callback")]
    [InlineData(1e6, "cancelled")]
    [InlineData(1e6, "cancelled, throws")]
    [InlineData(1e6, "out of memory")]
    public void Whatever_ends_a_training_leaves_its_last_epoch_in_the_checkpoint(double minimumSeconds, string cause)
    {
        var options = Options(epochs: 4);
        options.BatchSize = 8;
        options.OnCancel = cause == "cancelled, throws" ? CancellationBehavior.Throw : CancellationBehavior.KeepBest;
        using var source = new CancellationTokenSource();
        var callbacks = new TrainingCallbacks
        {
            Checkpoint = new CheckpointPlan { Path = FilePath, MinimumSeconds = minimumSeconds },
            Cancellation = source.Token,
            EpochCompleted = metrics =>
            {
                if (cause == "callback" && metrics.Epoch == 2)
                {
                    throw new NotSupportedException();
                }
            },
            Batches = new Progress(progress =>
            {
                if (progress is { Epoch: 3, BatchesDone: 1, IsValidation: false })
                {
                    if (cause == "out of memory")
                    {
                        // libtorch's own error: no machine has as much.
                        using var impossible = torch.empty(1L << 50);
                    }

                    source.Cancel();
                }
            }),
        };

        var error = Record.Exception(() => Fit(options, callbacks));

        Assert.Equal(2, CheckpointedEpochs());
        Assert.Equal(cause switch { "callback" => typeof(NotSupportedException), "cancelled" => null, "cancelled, throws" => typeof(OperationCanceledException), _ => typeof(TrainingMemoryException) }, error?.GetType());
        options.OnCancel = CancellationBehavior.KeepBest;
        var (result, weights) = Fit(options);
        AssertAsStraight(options, result, weights);
    }

    [Fact]
    public void A_pause_reached_already_trains_nothing()
    {
        Fit(Options(epochs: 4), new TrainingCallbacks { Checkpoint = Plan(stopAfter: 3) });
        var batches = 0;

        var (result, _) = Fit(Options(epochs: 4), new TrainingCallbacks { Checkpoint = Plan(stopAfter: 2), Batches = new Counter(() => batches++) });

        Assert.Equal((StopReason.Paused, 3, 0), (result.StopReason, result.History.Count, batches));
    }

    [Fact]
    public void A_pause_after_the_last_epoch_is_the_end()
    {
        var (result, _) = Fit(Options(epochs: 2), new TrainingCallbacks { Checkpoint = Plan(stopAfter: 2) });

        Assert.Equal(StopReason.MaxEpochs, result.StopReason);
    }

    [Theory]
    [MemberData(nameof(OtherTrainings))]
    public void The_checkpoint_of_another_training_is_refused_with_what_differs(string what, string expected)
    {
        Fit(Options(epochs: 2), new TrainingCallbacks { Checkpoint = Plan(origin: "a") });
        var written = File.ReadAllBytes(FilePath);
        var options = Options(epochs: 2);
        options.LearningRate = what == "learning rate" ? 1e-3 : options.LearningRate;
        options.Augmentation = what == "augmentation" ? new AugmentationOptions() : null;
        options.EarlyStopping.Patience = what == "patience" ? 3 : options.EarlyStopping.Patience;
        options.Seed = what == "seed" ? 5 : null;
        var order = Enumerable.Range(0, 16).ToArray();
        (order[0], order[2]) = what == "order" ? (2, 0) : (0, 2);
        var train = what == "pixel" ? TrainingSamples.Stripes(16, noise: 30.5) : Train.Subset(order);
        var labels = Validation.Labels.ToArray();
        labels[3] = what == "label" ? 1 - labels[3] : labels[3];
        var validation = what == "no validation" ? null : new TrainingSet(Validation.Images, labels, Validation.ClassNames);
        using var network = what switch
        {
            "network" => TrainingSamples.Network(TransferStrategy.FromScratch("layer1.1")),
            "frozen" => TrainingSamples.Network(TransferStrategy.LinearProbe("layer1.0")),
            _ => TrainingSamples.SmallNetwork(),
        };
        var before = TrainingSamples.Bytes(network);
        var normalization = what == "normalisation" ? new PixelNormalization(255, [0.5], [0.26]) : TrainingSamples.Normalization;
        var callbacks = new TrainingCallbacks { Checkpoint = Plan(origin: what == "origin" ? "b" : "a") };

        var error = Assert.Throws<CheckpointException>(() => FineTuner.Fit(network, train, validation, normalization, options, callbacks));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Contains(error.Differences, difference => difference.Contains(expected, StringComparison.Ordinal));
        Assert.Equal(FilePath, error.Path);
        Assert.Equal(before, TrainingSamples.Bytes(network));
        Assert.Equal(written, File.ReadAllBytes(FilePath));
    }

    [Fact]
    public void Other_weights_below_a_frozen_cut_are_refused()
    {
        var callbacks = new TrainingCallbacks { Checkpoint = Plan() };
        using var network = TrainingSamples.Network(TransferStrategy.LinearProbe("stem"));
        using var other = TrainingSamples.Network(TransferStrategy.LinearProbe("stem"), seed: 2);
        FineTuner.Fit(network, Train, Validation, TrainingSamples.Normalization, Options(epochs: 1), callbacks);

        var error = Assert.Throws<CheckpointException>(() => FineTuner.Fit(other, Train, Validation, TrainingSamples.Normalization, Options(epochs: 1), callbacks));

        Assert.StartsWith("frozen weights", Assert.Single(error.Differences), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(LearningRateSchedule.ReduceOnPlateau)]
    [InlineData(LearningRateSchedule.Constant)]
    public void More_epochs_may_be_asked_for_where_the_schedule_does_not_depend_on_them(LearningRateSchedule schedule)
    {
        TrainingOptions With(int epochs)
        {
            var options = Options(epochs);
            options.Schedule = schedule;
            options.EarlyStopping = new EarlyStoppingOptions { Metric = ValidationMetric.Loss, Patience = 0 };
            return options;
        }

        Fit(With(epochs: 2));
        var (result, weights) = Fit(With(epochs: 4));

        AssertAsStraight(With(epochs: 4), result, weights);
        var error = Assert.Throws<CheckpointException>(() => Fit(With(epochs: 3)));
        Assert.Contains("4 epochs already", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(LearningRateSchedule.Cosine, 1)]
    [InlineData(LearningRateSchedule.OneCycle, 1)]
    [InlineData(LearningRateSchedule.Constant, 2.5)]
    public void Other_epochs_are_refused_where_the_schedule_depends_on_them(LearningRateSchedule schedule, double warmUpEpochs)
    {
        TrainingOptions With(int epochs)
        {
            var options = Options(epochs);
            (options.Schedule, options.WarmUpEpochs) = (schedule, warmUpEpochs);
            return options;
        }

        Fit(With(epochs: 2));

        var error = Assert.Throws<CheckpointException>(() => Fit(With(epochs: 4)));
        Assert.Equal(["TrainingOptions.MaxEpochs: 4 here, 2 in the checkpoint"], error.Differences);
    }

    [Fact]
    public void Damage_is_found_wherever_it_is()
    {
        Fit(Options(epochs: 2), new TrainingCallbacks { Checkpoint = Plan(stopAfter: 1) });
        var whole = File.ReadAllBytes(FilePath);
        var header = 8 + (int)BitConverter.ToInt64(whole);

        // Each byte of a stride through header and tensors; a white space that turns into another one is no damage.
        for (var at = 0; at < whole.Length; at += at < header ? 61 : 30011)
        {
            var damaged = (byte[])whole.Clone();
            damaged[at] ^= 0x11;
            File.WriteAllBytes(FilePath, damaged);
            var error = Assert.Throws<CheckpointException>(() => CheckpointFile.Read(FilePath));
            Assert.Contains(FilePath, error.Message, StringComparison.Ordinal);
        }

        foreach (var length in new[] { 0, 1, 7, 8, 9, header - 1, header, header + 1, whole.Length / 2, whole.Length - 1 })
        {
            File.WriteAllBytes(FilePath, whole[..length]);
            Assert.Throws<CheckpointException>(() => CheckpointFile.Read(FilePath));
        }

        File.WriteAllBytes(FilePath, whole);
        Assert.NotNull(CheckpointFile.Read(FilePath));
    }

    [Fact]
    public void A_file_of_another_kind_or_version_is_refused_and_stays()
    {
        new WeightsFile(new Dictionary<string, TensorData> { ["fc.weight"] = TensorData.FromSingle([1], [1]) }).SaveSafetensors(FilePath);
        Assert.Contains("not a checkpoint", Assert.Throws<CheckpointException>(() => Fit(Options(epochs: 1))).Message, StringComparison.Ordinal);
        Assert.Single(WeightsFile.Load(FilePath).Tensors);

        File.Delete(FilePath);
        Fit(Options(epochs: 1));
        var file = WeightsFile.Load(FilePath);
        var metadata = new Dictionary<string, string>(file.Metadata) { ["truncatedtl.checkpoint.version"] = "0" };
        new WeightsFile(file.Tensors, metadata).SaveSafetensors(FilePath);

        var error = Assert.Throws<CheckpointException>(() => Fit(Options(epochs: 1)));
        Assert.Contains("has version 0 of the format", error.Message, StringComparison.Ordinal);
        Assert.Contains($"reads {CheckpointFile.Version}.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_place_that_cannot_be_written_is_said_before_training()
    {
        var batches = 0;
        TrainingCallbacks At(string path) => new() { Checkpoint = new CheckpointPlan { Path = path }, Batches = new Counter(() => batches++) };

        Assert.Contains("its folder does not exist", Assert.Throws<CheckpointException>(() => Fit(Options(epochs: 1), At(_folder.PathOf("no/a.checkpoint")))).Message, StringComparison.Ordinal);
        Assert.Contains("it is a folder", Assert.Throws<CheckpointException>(() => Fit(Options(epochs: 1), At(_folder.FullName))).Message, StringComparison.Ordinal);
        Assert.Equal(0, batches);
    }

    [Fact]
    public void A_checkpoint_that_cannot_be_written_any_more_ends_the_training_and_names_the_file()
    {
        // The folder goes away; what a full disk does, leave the old file and throw IOException, AtomicFile's tests show.
        var inner = Directory.CreateDirectory(_folder.PathOf("inner")).FullName;
        var path = Path.Combine(inner, "a.checkpoint");
        var callbacks = new TrainingCallbacks
        {
            Checkpoint = new CheckpointPlan { Path = path },
            ValidationScored = (epoch, _) =>
            {
                if (epoch == 2)
                {
                    Directory.Move(inner, _folder.PathOf("moved"));
                }
            },
        };

        var error = Assert.Throws<CheckpointException>(() => Fit(Options(epochs: 3), callbacks));

        Assert.Equal(path, error.Path);
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        Assert.IsAssignableFrom<IOException>(error.InnerException);
        Assert.Single(CheckpointFile.Read(_folder.PathOf("moved/a.checkpoint"))!.Progress.History);
    }

    [Fact]
    public void Time_goes_on_where_it_stopped()
    {
        var (first, _) = Fit(Options(epochs: 3), new TrainingCallbacks { Checkpoint = Plan(stopAfter: 2) });

        var (second, _) = Fit(Options(epochs: 3));

        Assert.True(second.History[2].ElapsedSeconds > first.History[1].ElapsedSeconds);
        Assert.Equal(first.History, second.History.Take(2));
        Assert.True(second.ElapsedSeconds >= second.History[2].ElapsedSeconds);
    }

    [Fact]
    public void Stopping_and_going_on_leaves_no_tensors_and_no_files_but_the_lock_behind()
    {
        var options = Options(epochs: 4);
        options.ProbeEpochs = 2;
        using var network = TrainingSamples.SmallNetwork();
        void FitTo(int? epoch) => FineTuner.Fit(network, Train, Validation, TrainingSamples.Normalization, options, new TrainingCallbacks { Checkpoint = Plan(epoch) });
        FitTo(1);
        var before = DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;

        foreach (var epoch in new int?[] { 1, 2, 3, 3, null, null })
        {
            FitTo(epoch);
            Assert.Equal(before, DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount);
        }

        Assert.Equal([FilePath, $"{FilePath}.lock"], Directory.GetFiles(_folder.FullName).Order());
        Assert.All(network.TrainableByUnit().SelectMany(unit => unit), entry => Assert.Null(entry.Parameter.grad));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(null, -1)]
    [InlineData(null, double.NaN)]
    public void A_plan_out_of_range_is_refused(int? stopAfterEpoch, double minimumSeconds) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Fit(
            Options(epochs: 1), new TrainingCallbacks { Checkpoint = new CheckpointPlan { Path = FilePath, StopAfterEpoch = stopAfterEpoch, MinimumSeconds = minimumSeconds } }));

    private static TrainingOptions Options(int epochs) => TrainingSamples.Options(epochs);

    private static void AssertAsStraight(TrainingOptions options, TrainingResult result, Dictionary<string, byte[]> weights)
    {
        using var network = TrainingSamples.SmallNetwork();
        var straight = FineTuner.Fit(network, Train, Validation, TrainingSamples.Normalization, options);
        Assert.Equal(CheckpointResumeTests.Timeless(straight), CheckpointResumeTests.Timeless(result));
        Assert.Equal((straight.StopReason, straight.ImagesSeen), (result.StopReason, result.ImagesSeen));
        Assert.Equal(TrainingSamples.Bytes(network), weights);
    }

    private CheckpointPlan Plan(int? stopAfter = null, string? origin = null) => new() { Path = FilePath, StopAfterEpoch = stopAfter, Origin = origin };

    private int CheckpointedEpochs() => CheckpointFile.Read(FilePath)?.Progress.History.Count ?? 0;

    private (TrainingResult Result, Dictionary<string, byte[]> Weights) Fit(TrainingOptions options, TrainingCallbacks? callbacks = null, int seed = 1)
    {
        using var network = TrainingSamples.SmallNetwork(seed: seed);
        var result = FineTuner.Fit(network, Train, Validation, TrainingSamples.Normalization, options, callbacks ?? new TrainingCallbacks { Checkpoint = Plan() });
        return (result, TrainingSamples.Bytes(network));
    }

    private sealed class Counter(Action count) : IProgress<BatchProgress>
    {
        public void Report(BatchProgress value) => count();
    }

    private sealed class Progress(Action<BatchProgress> report) : IProgress<BatchProgress>
    {
        public void Report(BatchProgress value) => report(value);
    }
}
