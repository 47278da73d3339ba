using TruncatedTL.MLNet.Search;
using TruncatedTL.MLNet.Training;

namespace TruncatedTL.MLNet.Experiments;

/// <summary>Writes down each epoch of a run as it is completed.</summary>
internal sealed class RunRecorder
{
    private readonly RunFolder _run;
    private readonly RequestPurpose _purpose;
    private readonly Action<EpochMetrics>? _epochDone;
    private readonly List<EpochEntry> _entries;

    public RunRecorder(RunFolder run, RunStatus status, RequestPurpose purpose, Action<EpochMetrics>? epochDone)
    {
        (_run, _purpose, _epochDone) = (run, purpose, epochDone);
        _entries = [.. status.Epochs];
    }

    /// <summary>An epoch is completed and in the checkpoint.</summary>
    public void Add(EpochMetrics metrics)
    {
        // Where a process was killed between a checkpoint and its status, that epoch is missing here until the training stops.
        if (metrics.Epoch == _entries.Count + 1)
        {
            Append(metrics);
            _run.WriteStatus(new RunStatus { Epochs = _entries });
        }

        _run.Log(metrics.ToString());
        _epochDone?.Invoke(metrics);
    }

    /// <summary>The training has stopped, for now or for good.</summary>
    public RunStatus Finish(TrainingResult result)
    {
        foreach (var metrics in result.History.Skip(_entries.Count))
        {
            Append(metrics);
        }

        var isOver = result.StopReason is not (StopReason.Paused or StopReason.Cancelled);
        var status = new RunStatus { Epochs = _entries, Ended = isOver ? result.StopReason : null, Explanation = isOver ? result.Explanation : null };
        _run.WriteStatus(status);
        _run.Log(result.ToString());
        return status;
    }

    /// <summary>The candidate cannot be trained.</summary>
    public RunStatus Fail(Exception error)
    {
        var status = new RunStatus { Epochs = _entries, Error = $"{error.GetType().Name}: {error.Message}" };
        _run.WriteStatus(status);
        _run.Log(error.ToString());
        return status;
    }

    private void Append(EpochMetrics metrics)
    {
        var before = _entries.Count > 0 ? _entries[^1].Metrics.ElapsedSeconds : 0;
        _entries.Add(new EpochEntry(metrics, _purpose, metrics.ElapsedSeconds - before));
    }
}
