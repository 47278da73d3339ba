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

        var context = new MLContext(1);
        var (train, validation, _) = Samples.Rows(context);
        var refused = Assert.Throws<ExperimentException>(() => Samples.Experiment(context, path).Execute(train, validation));
        Assert.Contains("Another process", refused.Message, StringComparison.Ordinal);
        Assert.Equal(before, Content(path));

        // The run lock: a worker of an array waits for the run that another process trains, and can be told to stop waiting.
        var pending = ExperimentTrials.WriteRound(path);
        using var stop = new CancellationTokenSource();
        var waiting = Task.Run(() => ExperimentTrials.Run(path, 0, cancellation: stop.Token));
        Assert.NotEmpty(pending);
        stop.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => waiting.GetAwaiter().GetResult());
        Assert.Equal(before, Content(path));

        Assert.True(first.Kill());
        using var second = new WorkerProcess("experiment", _folder.FullName);
        var end = second.Finish();
        Assert.True(end.Code == 0, end.Errors);
        Assert.Empty(FolderCheck.Leftovers(_folder.FullName));
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

    // Without what a waiting worker may add: the round, and empty locks.
    private static string[] Content(string path) =>
    [
        .. Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories)
            .Where(file => Path.GetFileName(file) is not ("lock" or "round.json") && !file.EndsWith(".lock", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(file => $"{file} {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(file)))}"),
    ];
}
