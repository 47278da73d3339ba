using Microsoft.ML;
using Microsoft.ML.Data;
using TruncatedTL.MLNet.Evaluation;
using TruncatedTL.MLNet.Experiments;
using TruncatedTL.MLNet.Files;
using TruncatedTL.MLNet.Search;
using TruncatedTL.MLNet.Splitting;
using TruncatedTL.MLNet.Strategies;
using TruncatedTL.MLNet.Tests.Estimators;
using TruncatedTL.MLNet.Tests.Support;
using TruncatedTL.MLNet.Training;
using TruncatedTL.MLNet.Weights;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Experiments;

/// <summary>Experiments from the public call to the saved model.</summary>
public sealed class ExperimentTests
{
    [Fact]
    public void An_experiment_gives_a_model_its_figures_and_a_zip()
    {
        using var folder = new TemporaryFolder();
        var context = new MLContext(1);
        var (train, validation, test) = Samples.Rows(context);
        using var result = Samples.Experiment(context, folder.PathOf("e"), settings => settings.Strategies = [TransferStrategy.LinearProbe(), TransferStrategy.FromScratch("layer1.0")]).Execute(train, validation, test);

        Assert.Equal(["Truncated(stem)", "Truncated(layer1.0)", "Truncated(layer2.0)", "Truncated(layer3.0)", "Full", "LinearProbe", "FromScratch(layer1.0)"], result.RunDetails.Select(run => run.Name));
        Assert.Equal(TrialState.Finished, result.BestRun.State);
        Assert.Equal(Samples.Epochs, Assert.Single(result.BestRun.History).Count);
        Assert.Equal(result.BestRun.Score!.Value, result.BestRun.ValidationMetrics!.AreaUnderRocCurve.Value!.Value, 9);
        Assert.NotNull(result.BestRun.ValidationMetrics.AreaUnderRocCurve.Interval);
        Assert.NotNull(result.BestRun.TestMetrics);
        Assert.All(result.RunDetails.Where(run => run.Name is "Full" or "LinearProbe" or "FromScratch(layer1.0)"), run => Assert.Equal(TrialState.Finished, run.State));
        Assert.All(result.RunDetails, run => Assert.True(run.MillisecondsPerImage > 0 && run.ModelBytes > 3.9 * run.ParameterCount));
        Assert.Equal(result.BestRun.Strategy, result.Model.Strategy);
        Assert.Contains(result.BestRun, result.Pareto.Where(run => run.Score >= result.BestRun.Score));

        // The zip gives the figures that the experiment states.
        var loaded = new MLContext().Model.Load(result.ModelPath, out _);
        var auc = context.BinaryClassification.Evaluate(loaded.Transform(test), labelColumnName: "Positive").AreaUnderRocCurve;
        Assert.Equal(result.BestRun.TestMetrics!.AreaUnderRocCurve.Value!.Value, auc, 6);
    }

    [Fact]
    public void Test_labels_change_no_choice()
    {
        using var folder = new TemporaryFolder();
        var context = new MLContext(1);
        var (train, validation, test) = Samples.Rows(context);
        var reversed = context.Data.LoadFromEnumerable(
            context.Data.CreateEnumerable<Row>(test, reuseRowObject: false, ignoreMissingColumns: true).Select(row => new Row { Positive = !row.Positive, Image = row.Image }),
            SchemaOf(test));
        using var straight = Samples.Experiment(context, folder.PathOf("a")).Execute(train, validation, test);
        using var turned = Samples.Experiment(context, folder.PathOf("b")).Execute(train, validation, reversed);

        // A candidate that failed would change the choice, too; then its error is what there is to know.
        Assert.Empty(straight.RunDetails.Concat(turned.RunDetails).Where(run => run.State == TrialState.Failed).Select(run => $"{run.Name}: {run.Note}"));
        Assert.Equal(straight.BestRun.Name, turned.BestRun.Name);
        Assert.Equal(straight.RunDetails.Select(run => run.Score), turned.RunDetails.Select(run => run.Score));
        Assert.Equal(1, straight.BestRun.TestMetrics!.AreaUnderRocCurve.Value!.Value + turned.BestRun.TestMetrics!.AreaUnderRocCurve.Value!.Value, 6);
    }

    [Fact]
    public void What_is_cancelled_again_and_again_ends_as_if_it_had_not_been()
    {
        using var folder = new TemporaryFolder();
        var context = new MLContext(1);
        var (train, validation, _) = Samples.Rows(context);
        var straightEpochs = 0;
        using var straight = Samples.Experiment(context, folder.PathOf("a"), settings => settings.Trainer.MetricsCallback = _ => straightEpochs++).Execute(train, validation);

        var epochs = 0;
        var attempts = 0;
        TransferLearningExperimentResult<MedicalBinaryMetrics>? result = null;
        while (result?.EndedEarly is not null || result is null)
        {
            result?.Dispose();
            result = null;
            using var source = new CancellationTokenSource();
            try
            {
                attempts++;
                result = Samples.Experiment(context, folder.PathOf("b"), settings =>
                {
                    settings.CancellationToken = source.Token;
                    settings.Trainer.MetricsCallback = _ =>
                    {
                        epochs++;
                        source.Cancel();
                    };
                }).Execute(train, validation);
            }
            catch (OperationCanceledException)
            {
                Assert.True(attempts <= 1, "Once an epoch is completed there is a result.");
            }
        }

        using (result)
        {
            Assert.True(attempts > 5);
            Assert.Equal(straightEpochs, epochs);
            Assert.Equal(straight.BestRun.Name, result.BestRun.Name);
            Assert.Equal(straight.Reason, result.Reason);
            Assert.Equal(straight.RunDetails.Select(run => run.Score), result.RunDetails.Select(run => run.Score));
            Assert.Equal(Scores(straight.Model, validation), Scores(result.Model, validation));
        }
    }

    [Theory]
    [InlineData(ExperimentStage.Reading)]
    [InlineData(ExperimentStage.ScoringFeatures)]
    [InlineData(ExperimentStage.Measuring)]
    public void Cancelled_before_anything_is_trained_it_throws_and_can_begin_again(ExperimentStage stage)
    {
        using var folder = new TemporaryFolder();
        var context = new MLContext(1);
        var (train, validation, _) = Samples.Rows(context);
        using var source = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() =>
            Samples.Experiment(context, folder.PathOf("e"), settings => settings.CancellationToken = source.Token)
                .Execute(train, validation, progressHandler: new Handler(progress => CancelAt(progress, stage, source))));
        Samples.Experiment(context, folder.PathOf("e")).Prepare(train, validation);
    }

    [Fact]
    public void Cancelled_while_the_winner_is_trained_it_is_the_best_so_far()
    {
        using var folder = new TemporaryFolder();
        var context = new MLContext(1);
        var (train, validation, _) = Samples.Rows(context);
        using var source = new CancellationTokenSource();
        var after = 0;
        using var result = Samples.Experiment(context, folder.PathOf("e"), settings => settings.CancellationToken = source.Token).Execute(train, validation, progressHandler: new Handler(progress =>
        {
            after += source.IsCancellationRequested && progress.Epoch is not null ? 1 : 0;
            if (progress.Stage == ExperimentStage.Training && progress.Message.Contains("to its end.", StringComparison.Ordinal) && progress.Trials.Any(trial => trial.State == TrialState.Running))
            {
                source.Cancel();
            }
        }));
        Assert.Equal(0, after);
        Assert.Contains("cancelled", result.EndedEarly, StringComparison.Ordinal);
        Assert.Contains("best so far", result.Reason, StringComparison.Ordinal);
        Assert.Equal(TrialState.Stopped, result.BestRun.State);
        Assert.True(File.Exists(result.ModelPath));
        Assert.Contains("cancelled", File.ReadAllText(result.ReportPath), StringComparison.Ordinal);
    }

    [Fact]
    public void Progress_shows_the_candidates_and_the_time_that_is_left()
    {
        using var folder = new TemporaryFolder();
        var context = new MLContext(1);
        var (train, validation, _) = Samples.Rows(context);
        var seen = new List<ExperimentProgress>();
        using var result = Samples.Experiment(context, folder.PathOf("e")).Execute(train, validation, progressHandler: new Handler(seen.Add));
        Assert.Equal(ExperimentStage.Done, seen[^1].Stage);
        Assert.Contains(seen, progress => progress.Remaining > TimeSpan.Zero);
        Assert.All(seen.Where(progress => progress.Epoch is not null), progress => Assert.Single(progress.Trials, trial => trial.State == TrialState.Running));
        Assert.Equal(
            result.RunDetails.Sum(run => run.History.Sum(history => history.Count)),
            seen.Count(progress => progress.Epoch is not null));
    }

    [Fact]
    public void The_report_names_every_candidate_and_the_choice()
    {
        using var folder = new TemporaryFolder();
        var context = new MLContext(1);
        var (train, validation, test) = Samples.Rows(context);
        using var result = Samples.Experiment(context, folder.PathOf("e"), settings => settings.Title = "Bright <quarters>").Execute(train, validation, test);
        var page = File.ReadAllText(result.ReportPath);
        Assert.All(result.RunDetails, run => Assert.Contains(run.Name, page, StringComparison.Ordinal));
        Assert.Contains("Bright &lt;quarters&gt;", page, StringComparison.Ordinal);
        Assert.Contains("data:image/png;base64,", page, StringComparison.Ordinal);

        // It can be written again from the folder alone.
        File.Delete(result.ReportPath);
        Assert.Equal(result.ReportPath, ExperimentTrials.WriteReport(folder.PathOf("e")));
        Assert.Equal(page, File.ReadAllText(result.ReportPath));
    }

    [Fact]
    public void Scores_of_former_test_rows_do_not_stand_beside_those_of_others()
    {
        using var folder = new TemporaryFolder();
        var context = new MLContext(1);
        var (train, validation, test) = Samples.Rows(context);
        var path = folder.PathOf("e");
        using (Samples.Experiment(context, path).Execute(train, validation, test))
        {
        }

        // A candidate that is not tested again, as where the second call ends early.
        var experiment = new ExperimentFolder(path);
        var stale = experiment.TestScoresPath(experiment.ReadPlan()!.Candidates[0]);
        Directory.CreateDirectory(Path.GetDirectoryName(stale)!);
        File.WriteAllBytes(stale, new byte[40 * sizeof(float)]);
        using var again = Samples.Experiment(context, path).Execute(train, validation, validation);
        Assert.NotEqual("Truncated(stem)", again.BestRun.Name);
        Assert.False(File.Exists(stale));
    }

    [Fact]
    public void Several_classes_and_several_backbones()
    {
        using var folder = new TemporaryFolder();
        var context = new MLContext(1);
        var settings = new MulticlassExperimentSettings
        {
            WorkingFolder = folder.PathOf("e"),
            Cuts = ["layer1.0", "layer2.0"],
            Metric = ExperimentMetric.BalancedAccuracy,
            Search = SearchMethod.Exhaustive(),
            Backbones = [new ExperimentBackbone(PretrainedWeights.Bundled), new ExperimentBackbone(PretrainedWeights.Random, "resnet18_w32")],
            Strategies = [TransferStrategy.FromScratch("layer1.0")],
            FrozenScores = false,
            Trainer = new TransferLearningMulticlassTrainer.Options { InputSize = [16, 16], Training = new TrainingOptions { MaxEpochs = 2, BatchSize = 16, Augmentation = null } },
        };
        using var result = context.MulticlassClassification.CreateTransferLearningExperiment(context, settings)
            .Execute(SyntheticImages.View(context, 48, classes: 3), SyntheticImages.View(context, 30, classes: 3, seed: 2), SyntheticImages.View(context, 30, classes: 3, seed: 3));
        Assert.Equal(5, result.RunDetails.Count);
        Assert.Equal(5, result.RunDetails.Select(run => run.Name).Distinct().Count());
        Assert.All(result.RunDetails, run => Assert.Equal(TrialState.Finished, run.State));
        Assert.Equal(result.BestRun.Score!.Value, result.BestRun.ValidationMetrics!.BalancedAccuracy.Value!.Value, 6);
        Assert.Equal(result.RunDetails.Max(run => run.Score), result.BestRun.Score);
        Assert.NotNull(result.BestRun.TestMetrics!.Macro.AreaUnderRocCurve.Value);
    }

    [Fact]
    public void Log_loss_is_better_when_it_is_lower()
    {
        using var folder = new TemporaryFolder();
        var context = new MLContext(1);
        var (train, validation, _) = Samples.Rows(context);
        using var result = Samples.Experiment(context, folder.PathOf("e"), settings =>
        {
            settings.Metric = ExperimentMetric.LogLoss;
            settings.Search = SearchMethod.Exhaustive();
        }).Execute(train, validation);
        Assert.Equal(result.RunDetails.Min(run => run.Score), result.BestRun.Score);
        Assert.Equal(result.BestRun.Score!.Value, result.BestRun.ValidationMetrics!.LogLoss.Value!.Value, 6);
    }

    [Fact]
    public void Other_processes_train_the_trials_and_the_call_only_merges()
    {
        using var folder = new TemporaryFolder();
        var context = new MLContext(1);
        var (train, validation, _) = Samples.Rows(context);
        using var straight = Samples.Experiment(context, folder.PathOf("a")).Execute(train, validation);

        var path = folder.PathOf("b");
        Samples.Experiment(context, path).Prepare(train, validation);
        var rounds = 0;
        while (ExperimentTrials.WriteRound(path) is { Count: > 0 } pending)
        {
            rounds++;
            Assert.All(pending.Reverse(), trial => Assert.True(ExperimentTrials.Run(path, trial.Index)));
        }

        var epochs = 0;
        using var merged = Samples.Experiment(context, path, settings => settings.Trainer.MetricsCallback = _ => epochs++).Execute(train, validation);
        Assert.True(rounds >= 3);
        Assert.Equal(0, epochs);
        Assert.Equal(straight.BestRun.Name, merged.BestRun.Name);
        Assert.Equal(Scores(straight.Model, validation), Scores(merged.Model, validation));
        Assert.Throws<ArgumentOutOfRangeException>(() => ExperimentTrials.Run(path, 0));
    }

    [Fact]
    public void Folds_keep_patients_together_and_the_winner_learns_from_all_rows()
    {
        using var folder = new TemporaryFolder();
        var context = new MLContext(1);
        var (train, _, _) = Samples.Rows(context);
        var path = folder.PathOf("e");
        using var result = Samples.Experiment(context, path, settings =>
        {
            settings.Folds = 3;
            settings.Search = SearchMethod.Fixed("Truncated(layer1.0)");
            settings.Trainer.GroupColumnName = "Patient";
        }).Execute(train);

        Assert.Equal(3, result.BestRun.History.Count);
        Assert.NotNull(result.BestRun.ValidationMetrics!.AreaUnderRocCurve.Value);
        Assert.Null(result.Model.Training.Best.ValidationLoss);
        var plan = new ExperimentFolder(path).ReadPlan()!;
        Assert.Equal(3, plan.Sets.Count);
        Assert.Equal(48, plan.Sets.Sum(set => set.ValidationRows!.Count));
        var groups = train.GetColumn<string>("Patient").ToArray();
        Assert.All(plan.Sets, set =>
        {
            Assert.Empty(set.TrainingRows!.Select(row => groups[row]).Intersect(set.ValidationRows!.Select(row => groups[row])));
            Assert.Empty(set.TrainingRows!.Intersect(set.ValidationRows!));
        });
        Assert.Contains(plan.DataFacts, fact => fact.Name == "Leak check" && fact.Value.Contains("no patient", StringComparison.Ordinal));
    }

    [Fact]
    public void A_patient_on_both_sides_is_refused()
    {
        using var folder = new TemporaryFolder();
        var context = new MLContext(1);
        var (train, validation, _) = Samples.Rows(context);
        Assert.Throws<DataLeakageException>(() => Samples.Experiment(context, folder.PathOf("e"), settings => settings.Trainer.GroupColumnName = "Patient").Execute(train, validation));
    }

    [Fact]
    public void Limits_rule_out_before_training()
    {
        using var folder = new TemporaryFolder();
        var context = new MLContext(1);
        var (train, validation, _) = Samples.Rows(context);
        using var result = Samples.Experiment(context, folder.PathOf("e"), settings => settings.MaxParameters = 200_000).Execute(train, validation);
        Assert.True(result.BestRun.ParameterCount <= 200_000);
        Assert.All(result.RunDetails.Where(run => run.ParameterCount > 200_000), run =>
        {
            Assert.Equal(TrialState.Pruned, run.State);
            Assert.Contains("200,000", run.Note, StringComparison.Ordinal);
            Assert.Empty(run.History.SelectMany(history => history));
        });
        Assert.Contains("exceed the limit", Assert.Throws<ExperimentException>(() =>
            Samples.Experiment(context, folder.PathOf("none"), settings => settings.MaxModelBytes = 10).Execute(train, validation)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_limit_of_trials_gives_the_best_so_far()
    {
        using var folder = new TemporaryFolder();
        var context = new MLContext(1);
        var (train, validation, _) = Samples.Rows(context);
        using var result = Samples.Experiment(context, folder.PathOf("e"), settings => settings.MaxTrials = 1).Execute(train, validation);
        Assert.Contains("1 trials", result.EndedEarly, StringComparison.Ordinal);
        Assert.Single(result.RunDetails, run => run.History[0].Count > 0);
        using var later = Samples.Experiment(context, folder.PathOf("e")).Execute(train, validation);
        Assert.Null(later.EndedEarly);
    }

    [Fact]
    public void Time_that_is_over_gives_the_best_so_far_or_says_that_there_is_none()
    {
        using var folder = new TemporaryFolder();
        var context = new MLContext(1);
        var (train, validation, _) = Samples.Rows(context);
        var none = Assert.Throws<ExperimentException>(() => Samples.Experiment(context, folder.PathOf("e"), settings => settings.MaxTime = TimeSpan.FromTicks(1)).Execute(train, validation));
        Assert.Contains("before a candidate had completed an epoch", none.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_candidate_that_fails_is_recorded_and_the_others_go_on()
    {
        using var folder = new TemporaryFolder();
        var context = new MLContext(1);
        var (train, validation, _) = Samples.Rows(context);
        var path = folder.PathOf("e");
        Samples.Experiment(context, path).Prepare(train, validation);

        // A checkpoint of something else where the full network's should be.
        var plan = new ExperimentFolder(path).ReadPlan()!;
        var full = plan.Candidates.Single(candidate => candidate.IsFullTransfer);
        var run = new ExperimentFolder(path).Run(full, 0);
        Directory.CreateDirectory(run.FullPath);
        File.WriteAllText(run.CheckpointPath, "not a checkpoint");
        using var result = Samples.Experiment(context, path).Execute(train, validation);
        var detail = result.RunDetails[full.Index];
        Assert.Equal(TrialState.Failed, detail.State);
        Assert.Contains(nameof(CheckpointException), detail.Note, StringComparison.Ordinal);
        Assert.NotEqual("Full", result.BestRun.Name);
        Assert.Throws<ExperimentException>(() => detail.CreateModel());
    }

    [Fact]
    public void Checkpoints_of_another_version_end_the_experiment_and_are_kept()
    {
        using var folder = new TemporaryFolder();
        var context = new MLContext(1);
        var (train, validation, _) = Samples.Rows(context);
        var path = folder.PathOf("e");
        Samples.Experiment(context, path).Prepare(train, validation);
        var full = new ExperimentFolder(path).ReadPlan()!.Candidates.Single(candidate => candidate.IsFullTransfer);
        var run = new ExperimentFolder(path).Run(full, 0);
        Directory.CreateDirectory(run.FullPath);
        CheckpointFile.Sealed(new Dictionary<string, string> { ["truncatedtl.checkpoint.version"] = "999" }, new Dictionary<string, TensorData> { ["x"] = TensorData.FromSingle([1], [1]) }).SaveSafetensors(run.CheckpointPath);
        var before = File.ReadAllBytes(run.CheckpointPath);

        var error = Assert.Throws<CheckpointException>(() => Samples.Experiment(context, path).Execute(train, validation));

        Assert.Contains("version 999", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(run.CheckpointPath));
        Assert.Null(run.ReadStatus().Error);
    }

    [Fact]
    public void The_folder_of_another_experiment_is_refused()
    {
        using var folder = new TemporaryFolder();
        var context = new MLContext(1);
        var (train, validation, test) = Samples.Rows(context);
        var path = folder.PathOf("e");
        Samples.Experiment(context, path).Prepare(train, validation);
        Assert.Contains("other data", Assert.Throws<ExperimentException>(() => Samples.Experiment(context, path).Prepare(train, test)).Message, StringComparison.Ordinal);
        Assert.Contains("other settings", Assert.Throws<ExperimentException>(() => Samples.Experiment(context, path, settings => settings.Tolerance = 0.1).Prepare(train, validation)).Message, StringComparison.Ordinal);

        // How long one waits is no other experiment.
        Samples.Experiment(context, path, settings => settings.MaxTime = TimeSpan.FromHours(1)).Prepare(train, validation);
    }

    [Fact]
    public void Two_in_one_folder_are_refused()
    {
        using var folder = new TemporaryFolder();
        var context = new MLContext(1);
        var (train, validation, _) = Samples.Rows(context);
        var path = folder.PathOf("e");
        using (FileLock.TryTake(Path.Combine(path, "lock")))
        {
            Assert.Contains("Another process", Assert.Throws<ExperimentException>(() => Samples.Experiment(context, path).Prepare(train, validation)).Message, StringComparison.Ordinal);
        }

        Samples.Experiment(context, path).Prepare(train, validation);
    }

    [Fact]
    public void Mistakes_in_the_settings_show_before_anything_is_read()
    {
        var context = new MLContext(1);
        var rows = Samples.Rows(context);
        Assert.Throws<ArgumentOutOfRangeException>(() => Samples.Experiment(context, "e", settings => settings.Folds = 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Samples.Experiment(context, "e", settings => settings.Tolerance = double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => Samples.Experiment(context, "e", settings => settings.MaxTime = TimeSpan.Zero));
        Assert.Throws<ArgumentException>(() => Samples.Experiment(context, "e", settings => settings.Backbones = []));
        using var folder = new TemporaryFolder();
        Assert.Contains("layer9.9", Assert.Throws<ArgumentException>(() => Samples.Experiment(context, folder.PathOf("e"), settings => settings.Cuts = ["layer9.9"]).Prepare(rows.Train, rows.Validation)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Samples.Experiment(context, folder.PathOf("f"), settings => settings.Folds = 2).Prepare(rows.Train, rows.Validation));
    }

    private static void CancelAt(ExperimentProgress progress, ExperimentStage stage, CancellationTokenSource source)
    {
        if (progress.Stage == stage)
        {
            source.Cancel();
        }
    }

    // Progress<T> would report on another thread.
    private sealed class Handler(Action<ExperimentProgress> handle) : IProgress<ExperimentProgress>
    {
        public void Report(ExperimentProgress value) => handle(value);
    }

    private static float[] Scores(ITransformer model, IDataView rows) => [.. model.Transform(rows).GetColumn<float>("Score")];

    private static SchemaDefinition SchemaOf(IDataView view)
    {
        var schema = SchemaDefinition.Create(typeof(Row));
        schema["Image"].ColumnType = view.Schema["Image"].Type;
        return schema;
    }

    private sealed class Row
    {
        public bool Positive { get; set; }

        [VectorType(1, SyntheticImages.Size, SyntheticImages.Size)]
        public byte[] Image { get; set; } = [];
    }
}
