using System.Globalization;
using TruncatedTL.MLNet.Files;
using TruncatedTL.MLNet.Networks;
using TruncatedTL.MLNet.Search;
using TruncatedTL.MLNet.Training;
using TruncatedTL.MLNet.Weights;
using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Experiments;

/// <summary>
/// Carries out single trainings of an experiment from its folder alone. A run goes on where it was stopped; what fails because of the candidate is recorded with it, and
/// what fails because of the disk or the caller ends the call and loses nothing that was complete.
/// </summary>
/// <param name="folder">The experiment's folder.</param>
/// <param name="plan">Its plan.</param>
/// <param name="data">Its rows.</param>
/// <param name="device">Where networks are trained.</param>
internal sealed class TrialRunner(ExperimentFolder folder, ExperimentPlan plan, ExperimentData data, Device device)
{
    private static readonly TimeSpan LockPause = TimeSpan.FromMilliseconds(500);

    private readonly Dictionary<string, WeightsFile> _weights = [];

    /// <summary>Trains a run up to an epoch, or to its end.</summary>
    /// <param name="candidate">What to train.</param>
    /// <param name="set">Index of the set of rows.</param>
    /// <param name="epochs">Epochs counted from its start; null for its end.</param>
    /// <param name="purpose">What the epochs are for.</param>
    /// <param name="epochDone">Told each epoch that is completed.</param>
    /// <param name="cancellation">Looked at before each batch.</param>
    /// <returns>How far the run is now; another process may have trained it meanwhile.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled; completed epochs are kept.</exception>
    /// <exception cref="IOException">The folder cannot be read or written.</exception>
    public RunStatus Run(PlannedCandidate candidate, int set, int? epochs, RequestPurpose purpose, Action<EpochMetrics>? epochDone, CancellationToken cancellation)
    {
        var run = folder.Run(candidate, set);
        using var held = TakeLock(run, cancellation);
        var status = run.ReadStatus();
        if (status.IsOver || (epochs is { } wanted && status.Epochs.Count >= wanted))
        {
            return status;
        }

        var recorder = new RunRecorder(run, status, purpose, epochDone);
        try
        {
            run.Log(string.Create(CultureInfo.InvariantCulture, $"{candidate.Name}, {plan.Sets[set].Name}: from epoch {status.Epochs.Count} to {epochs?.ToString(CultureInfo.InvariantCulture) ?? "the end"}, {purpose}"));
            var trained = Train(candidate, set, epochs, recorder, cancellation);
            trained.Network.Dispose();
            return recorder.Finish(trained.Result);
        }
        catch (Exception error) when (IsOfTheCandidate(error))
        {
            return recorder.Fail(error);
        }
    }

    /// <summary>The network of a run with the weights of its best epoch so far; nothing is trained.</summary>
    /// <exception cref="ExperimentException">No epoch of the run has been completed.</exception>
    public TrialRun Restore(PlannedCandidate candidate, int set, CancellationToken cancellation)
    {
        var run = folder.Run(candidate, set);
        using var held = TakeLock(run, cancellation);
        var status = run.ReadStatus();
        return status.Epochs.Count > 0
            ? Train(candidate, set, status.Ended is null ? status.Epochs.Count : null, recorder: null, cancellation)
            : throw new ExperimentException($"No epoch of '{candidate.Name}' has been completed.");
    }

    /// <summary>Trains a candidate of folds on all rows, for as many epochs as the best epochs of its folds are in the middle; nothing validates it any more.</summary>
    /// <exception cref="ExperimentException">No epoch of the candidate has been completed.</exception>
    public TrialRun TrainOnAllRows(PlannedCandidate candidate, CancellationToken cancellation)
    {
        var best = plan.Sets.Select((_, set) => folder.Run(candidate, set).ReadStatus()).Where(status => status.Epochs.Count > 0).Select(status => status.BestEpoch(null)).Order().ToArray();
        if (best.Length == 0)
        {
            throw new ExperimentException($"No epoch of '{candidate.Name}' has been completed.");
        }

        var options = Options(plan.Seed);
        options.MaxEpochs = best[best.Length / 2];
        options.ProbeEpochs = Math.Min(options.ProbeEpochs, options.MaxEpochs - 1);
        options.EarlyStopping.Patience = 0;
        return Train(candidate, folder.AllRowsRun(candidate), data.AllRows(plan.LadderOf(candidate)), validation: null, options, epochs: null, recorder: null, cancellation);
    }

    private TrialRun Train(PlannedCandidate candidate, int set, int? epochs, RunRecorder? recorder, CancellationToken cancellation)
    {
        var (training, validation) = data.Rows(plan.LadderOf(candidate), plan.Sets[set]);
        return Train(candidate, folder.Run(candidate, set), training, validation, Options(plan.Sets[set].Seed), epochs, recorder, cancellation);
    }

    private TrialRun Train(
        PlannedCandidate candidate, RunFolder run, TrainingSet training, TrainingSet? validation, TrainingOptions options, int? epochs, RunRecorder? recorder, CancellationToken cancellation)
    {
        var ladder = plan.LadderOf(candidate);
        var strategy = candidate.ParseStrategy();
        var (network, report) = PretrainedInitializer.Create(
            ladder.Specify(strategy), options.Seed!.Value, device, strategy.NeedsPretrainedWeights ? OpenWeights(ladder) : null, ladder.Fit());
        try
        {
            Directory.CreateDirectory(run.FullPath);
            var result = FineTuner.Fit(network, training, validation, ladder.Normalization(), options, new TrainingCallbacks
            {
                ValidationScored = run.WriteScores,
                EpochCompleted = metrics => recorder?.Add(metrics),
                Cancellation = cancellation,
                Checkpoint = new CheckpointPlan
                {
                    Path = run.CheckpointPath,
                    StopAfterEpoch = epochs,
                    Origin = $"{candidate.Strategy} of {ladder.Backbone} from {ladder.WeightsHash ?? "random weights"}",
                },
            });
            return new TrialRun(network, training, validation, report, result);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    private TrainingOptions Options(int seed)
    {
        var options = plan.Training.Clone();
        options.Seed = seed;
        options.OnCancel = CancellationBehavior.Throw;
        return options;
    }

    private WeightsFile OpenWeights(PlannedLadder ladder)
    {
        var name = ladder.WeightsFile ?? throw new ExperimentException($"The plan has no weights for '{ladder.Name}', which a strategy needs.");
        if (!_weights.TryGetValue(name, out var weights))
        {
            weights = WeightsFile.Load(folder.WeightsPath(name));
            _weights.Add(name, weights);
        }

        return weights;
    }

    private static FileLock TakeLock(RunFolder run, CancellationToken cancellation)
    {
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            if (FileLock.TryTake(run.LockPath) is { } held)
            {
                return held;
            }

            // Another process trains this very run; what it does need not be done here.
            cancellation.WaitHandle.WaitOne(LockPause);
        }
    }

    // A full disk, a missing folder or the checkpoints of another version of the library say nothing about the candidate: the next one would fail the same way.
    private static bool IsOfTheCandidate(Exception error) => error switch
    {
        OperationCanceledException or IOException or UnauthorizedAccessException or ExperimentException => false,
        CheckpointException { IsOfOtherVersion: true } => false,
        CheckpointException { InnerException: IOException or UnauthorizedAccessException } => false,
        _ => true,
    };
}
