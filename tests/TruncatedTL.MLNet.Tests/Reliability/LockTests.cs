using Microsoft.ML;
using TruncatedTL.MLNet.Experiments;
using TruncatedTL.MLNet.Tests.Estimators;
using TruncatedTL.MLNet.Tests.Experiments;
using TruncatedTL.MLNet.Tests.Reliability.Workers;
using TruncatedTL.MLNet.Tests.Support;
using TruncatedTL.MLNet.Training;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Reliability;

/// <summary>Two processes that want the same files.</summary>
public sealed class LockTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_second_process_is_kept_out_of_an_experiment_until_the_first_one_has_ended_however_it_ends()
    {
        var path = _folder.PathOf(WorkerProgram.Experiment);
        using var first = HeldWithinAnEpoch("experiment-hold");
        var before = Content(path);
        Assert.NotEmpty(before);

        // The same call in another process, and in this one.
        using (var other = new WorkerProcess("experiment", _folder.FullName))
        {
            Assert.Equal(3, other.Finish().Code);
            Assert.Contains($"error {nameof(ExperimentException)}: Another process", other.Lines[^1].Line, StringComparison.Ordinal);
            Assert.DoesNotContain(other.Lines, line => line.Line.StartsWith("epoch ", StringComparison.Ordinal));
        }

        var context = new MLContext(1);
        var (train, validation, _) = Samples.Rows(context);
        var refused = Assert.Throws<ExperimentException>(() => Samples.Experiment(context, path).Execute(train, validation));
        Assert.Contains(path, refused.Message, StringComparison.Ordinal);
        Assert.Throws<ExperimentException>(() => Samples.Experiment(context, path).Prepare(train, validation));
        Assert.True(first.IsAlive);
        Assert.Equal(before, Content(path));

        // The file stays, and stands in nobody's way once its holder is dead.
        Assert.True(first.Kill());
        Assert.True(File.Exists(Path.Combine(path, "lock")));
        using var second = new WorkerProcess("experiment", _folder.FullName);
        var end = second.Finish();
        Assert.True(end.Code == 0, end.Errors);
        Assert.Empty(FolderCheck.Leftovers(_folder.FullName));
        Assert.Empty(Epochs(first).Intersect(Epochs(second)));

        // What was refused and what was killed has left no trace in the result.
        using var undisturbed = new WorkerProcess("experiment", _folder.PathOf("undisturbed"));
        Assert.Equal(0, undisturbed.Finish().Code);
        Assert.Equal(Result(undisturbed), Result(second));
        Assert.Equal(Epochs(undisturbed).Order(), Epochs(first).Concat(Epochs(second)).Order());
    }

    [Fact]
    public async Task A_worker_of_an_array_waits_for_the_run_that_another_process_trains_and_goes_on_with_it_when_that_one_has_died()
    {
        var path = _folder.PathOf(WorkerProgram.Experiment);
        using var first = HeldWithinAnEpoch("experiment-hold");
        var told = first.Lines[^1].Line;
        var pending = ExperimentTrials.WriteRound(path);
        var index = pending.Single(trial => told == $"epoch {trial.Candidate} 1").Index;
        var before = Content(path);

        // It would train if it could: nothing else holds it up, and an epoch takes a fraction of this time.
        var trained = new List<int>();
        using var stop = new CancellationTokenSource();
        var waiting = Task.Run(() => ExperimentTrials.Run(path, index, progress: new EpochList(trained), cancellation: stop.Token));
        Assert.NotSame(waiting, await Task.WhenAny(waiting, Task.Delay(TimeSpan.FromSeconds(3))));
        Assert.Empty(trained);
        Assert.Equal(before, Content(path));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.Equal(before, Content(path));

        waiting = Task.Run(() => ExperimentTrials.Run(path, index, progress: new EpochList(trained)));
        Assert.NotSame(waiting, await Task.WhenAny(waiting, Task.Delay(TimeSpan.FromSeconds(1))));
        Assert.True(first.Kill());
        Assert.True(await waiting);
        Assert.Equal(Enumerable.Range(2, (pending[index].Epochs ?? Samples.Epochs) - 1), trained);
    }

    [Fact]
    public void A_second_training_is_kept_out_of_a_checkpoint_until_the_first_one_has_ended()
    {
        var path = _folder.PathOf(WorkerProgram.Checkpoint);
        using (var first = HeldWithinAnEpoch("fit-hold"))
        {
            var before = File.ReadAllBytes(path);
            using var other = new WorkerProcess("fit", _folder.FullName);
            Assert.Equal(3, other.Finish().Code);
            Assert.Contains($"error {nameof(CheckpointException)}: Another training", other.Lines[^1].Line, StringComparison.Ordinal);
            Assert.Equal(before, File.ReadAllBytes(path));
            Assert.True(first.Kill());
        }

        using var second = new WorkerProcess("fit", _folder.FullName);
        Assert.Equal(0, second.Finish().Code);
        Assert.Equal("epoch 2", second.Lines[1].Line);
    }

    [Fact]
    public void Two_trainings_of_one_process_do_not_share_a_checkpoint_either()
    {
        var context = new MLContext(1);
        var path = _folder.PathOf("a.checkpoint");
        var rows = SyntheticImages.View(context, 16);
        CheckpointException? refused = null;
        Trainers.Binary(context, options =>
        {
            options.CheckpointPath = path;
            options.MetricsCallback = _ => refused ??= Assert.Throws<CheckpointException>(() => Trainers.Binary(context, inner => inner.CheckpointPath = path).Fit(rows));
        }).Fit(rows).Dispose();
        Assert.Contains("Another training", refused!.Message, StringComparison.Ordinal);

        // Free again: the same training has its result at once.
        Trainers.Binary(context, options => options.CheckpointPath = path).Fit(rows).Dispose();
    }

    private WorkerProcess HeldWithinAnEpoch(string kind)
    {
        var worker = new WorkerProcess(kind, _folder.FullName);
        while (worker.Next() is { } line)
        {
            if (line.StartsWith("epoch ", StringComparison.Ordinal))
            {
                return worker;
            }
        }

        throw new InvalidOperationException($"The child ended early: {worker.Finish().Errors}");
    }

    private static string[] Epochs(WorkerProcess worker) => [.. worker.Lines.Select(line => line.Line).Where(line => line.StartsWith("epoch ", StringComparison.Ordinal))];

    private static string Result(WorkerProcess worker) => worker.Lines.Select(line => line.Line).Single(line => line.StartsWith("result ", StringComparison.Ordinal));

    // Without locks, which have no content.
    private static string[] Content(string path) =>
    [
        .. Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories)
            .Where(file => Path.GetFileName(file) != "lock" && !file.EndsWith(".lock", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(file => $"{file} {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(file)))}"),
    ];

    private sealed class EpochList(List<int> epochs) : IProgress<EpochMetrics>
    {
        public void Report(EpochMetrics value) => epochs.Add(value.Epoch);
    }
}
