namespace TruncatedTL.MLNet.Training;

/// <summary>What a caller wants to hear from a training, how it stops one and where it is kept.</summary>
internal sealed class TrainingCallbacks
{
    /// <summary>
    /// Called with the epoch, counted from 1, and the logits of the validation set, row-major [rows, outputs], before the checkpoint of that epoch
    /// is written: whoever keeps the scores has them whenever the checkpoint has the epoch. An epoch that is repeated gives the same logits again.
    /// </summary>
    public Action<int, float[]>? ValidationScored { get; init; }

    /// <summary>Called after each epoch, on the training thread, when its checkpoint is written and before the next one begins.</summary>
    public Action<EpochMetrics>? EpochCompleted { get; init; }

    /// <summary>Reported to after each epoch.</summary>
    public IProgress<EpochMetrics>? Epochs { get; init; }

    /// <summary>Reported to after each batch.</summary>
    public IProgress<BatchProgress>? Batches { get; init; }

    /// <summary>Told in a sentence what a reader of the log should know.</summary>
    public Action<string>? Log { get; init; }

    /// <summary>Looked at before each batch.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>Where the training is kept; null for nowhere.</summary>
    public CheckpointPlan? Checkpoint { get; init; }
}
