using TruncatedTL.MLNet.Training;

namespace TruncatedTL.MLNet.Experiments;

/// <summary>How far one training of a candidate is. It stands in the run's folder as <c>status.json</c>.</summary>
internal sealed record RunStatus
{
    /// <summary>Completed epochs in order.</summary>
    public required IReadOnlyList<EpochEntry> Epochs { get; init; }

    /// <summary>Why it came to its end; null while it may go on.</summary>
    public StopReason? Ended { get; init; }

    /// <summary>The end as a sentence.</summary>
    public string? Explanation { get; init; }

    /// <summary>Type and message of the error that ended it; null if none did.</summary>
    public string? Error { get; init; }

    /// <summary>Nothing has happened yet.</summary>
    public static RunStatus None { get; } = new() { Epochs = [] };

    /// <summary>Whether there is nothing more to train.</summary>
    public bool IsOver => Ended is not null || Error is not null;

    /// <summary>Whether it is a list of epochs as trainings write it: from 1 on without a gap, the first one the best so far.</summary>
    public bool IsConsistent() => Epochs.All(entry => entry is not null) && Epochs.Select((entry, index) => entry.Metrics.Epoch == index + 1).All(isNext => isNext) && (Epochs.Count == 0 || Epochs[0].Metrics.IsBest);

    /// <summary>Number of the best among the first epochs, counted from 1.</summary>
    /// <param name="epochs">How many count; null for all.</param>
    public int BestEpoch(int? epochs) => Epochs.Take(epochs ?? int.MaxValue).Last(entry => entry.Metrics.IsBest).Metrics.Epoch;
}
