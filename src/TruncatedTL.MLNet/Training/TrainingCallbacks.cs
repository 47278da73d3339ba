namespace TruncatedTL.MLNet.Training;

/// <summary>What a caller wants to hear from a training, and how it stops one.</summary>
internal sealed class TrainingCallbacks
{
    /// <summary>Called after each epoch, on the training thread, before the next one begins.</summary>
    public Action<EpochMetrics>? EpochCompleted { get; init; }

    /// <summary>Reported to after each epoch.</summary>
    public IProgress<EpochMetrics>? Epochs { get; init; }

    /// <summary>Reported to after each batch.</summary>
    public IProgress<BatchProgress>? Batches { get; init; }

    /// <summary>Looked at before each batch.</summary>
    public CancellationToken Cancellation { get; init; }
}
