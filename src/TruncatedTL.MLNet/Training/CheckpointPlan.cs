namespace TruncatedTL.MLNet.Training;

/// <summary>
/// Where a training keeps its state, so that it can be stopped at any moment and goes on from the last epoch that was completed. Where
/// the file exists, training goes on from it; the result is the same, bit for bit, as if it had never stopped.
/// </summary>
internal sealed class CheckpointPlan
{
    /// <summary>The file. It stays when the training has ended: the next training with equal arguments then has its result at once.</summary>
    public required string Path { get; init; }

    /// <summary>The epoch, counted from 1, after which to stop with <see cref="StopReason.Paused"/>; null to go on to the end.</summary>
    public int? StopAfterEpoch { get; init; }

    /// <summary>
    /// Seconds between two writes at least, measured by a monotonic clock; 0 (default) writes after every epoch. Whatever ends a training,
    /// the last completed epoch is written then; a process that is killed repeats what came after the last write.
    /// </summary>
    public double MinimumSeconds { get; init; }

    /// <summary>
    /// What else must be equal to go on, as text, for example a hash of the weights that training begins with: a checkpoint replaces
    /// the weights that are trained, and cannot know what they were. Null where nothing else matters.
    /// </summary>
    public string? Origin { get; init; }
}
