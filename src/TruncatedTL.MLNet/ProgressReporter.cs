using System.Diagnostics;
using TruncatedTL.MLNet.Experiments;
using TruncatedTL.MLNet.Search;
using TruncatedTL.MLNet.Training;

namespace TruncatedTL.MLNet;

/// <summary>Keeps the picture of an experiment that its caller sees, and tells it.</summary>
/// <param name="handler">The caller's; null for none.</param>
/// <param name="watch">Runs since the call.</param>
internal sealed class ProgressReporter(IProgress<ExperimentProgress>? handler, Stopwatch watch)
{
    private TrialProgress[] _trials = [];
    private ExperimentPlan? _plan;
    private int _running = -1;
    private (TimeSpan Left, TimeSpan At)? _forecast;

    /// <summary>Says what is being done.</summary>
    public void Report(ExperimentStage stage, string message)
    {
        if (stage != ExperimentStage.Training)
        {
            _running = -1;
        }

        Send(stage, message, epoch: null);
    }

    /// <summary>A candidate's training begins or goes on, and the rest may take as long as said.</summary>
    public void RunBegins(ExperimentPlan plan, TrainingRequest request, int set, FolderEvidence evidence, TimeSpan? remaining)
    {
        _forecast = remaining is { } left ? (left, watch.Elapsed) : null;
        (_plan, _running) = (plan, request.Candidate.Index);
        _trials = [.. plan.Candidates.Select(candidate => Describe(candidate, evidence))];
        var where = plan.Sets.Count > 1 ? $" ({plan.Sets[set].Name})" : string.Empty;
        Send(ExperimentStage.Training, $"{request.Candidate.Name}{where} is trained {(request.Epochs is { } epochs ? FormattableString.Invariant($"for {epochs} epochs") : "to its end")}.", epoch: null);
    }

    /// <summary>An epoch is completed.</summary>
    public void EpochDone(EpochMetrics metrics)
    {
        if (_running >= 0)
        {
            var trial = _trials[_running];
            _trials[_running] = trial with { Epochs = trial.Epochs + 1, Score = Better(trial.Score, metrics) };
        }

        Send(ExperimentStage.Training, $"{(_running >= 0 ? _trials[_running].Name : string.Empty)}: {metrics}", metrics);
    }

    private TrialProgress Describe(PlannedCandidate candidate, FolderEvidence evidence) => new(
        candidate.Name,
        candidate.Index == _running ? TrialState.Running : evidence.StateOf(candidate),
        evidence.Runs(candidate.Index).Sum(run => run.Epochs.Count),
        evidence.EpochsReached(candidate.Index) > 0 && !evidence.HasFailed(candidate.Index) ? evidence.Value(candidate.Index, null) : null,
        candidate.ParameterCount,
        candidate.MillisecondsPerImage);

    // While a candidate trains, its epochs' own metric stands in for the mean over sets.
    private double? Better(double? score, EpochMetrics metrics)
    {
        var value = _plan!.Metric switch
        {
            ExperimentMetric.Auroc => metrics.ValidationAuroc,
            ExperimentMetric.Auprc => metrics.ValidationAuprc,
            ExperimentMetric.Accuracy => metrics.ValidationAccuracy,
            _ => null,
        };
        return metrics.IsBest && value is not null ? value : score;
    }

    private TimeSpan? Remaining(ExperimentStage stage) => stage switch
    {
        ExperimentStage.Done => TimeSpan.Zero,
        ExperimentStage.Training when _forecast is { } forecast => TimeSpan.FromTicks(Math.Max(0, (forecast.Left - (watch.Elapsed - forecast.At)).Ticks)),
        _ => null,
    };

    private void Send(ExperimentStage stage, string message, EpochMetrics? epoch) => handler?.Report(new ExperimentProgress
    {
        Stage = stage,
        Message = message,
        Trials = [.. _trials],
        Epoch = epoch,
        Elapsed = watch.Elapsed,
        Remaining = Remaining(stage),
    });
}
