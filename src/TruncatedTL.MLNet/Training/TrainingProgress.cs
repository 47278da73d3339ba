namespace TruncatedTL.MLNet.Training;

/// <summary>Where a training stands after an epoch; with weights and moments (<see cref="TrainingMemory"/>) all that it needs to go on.</summary>
internal sealed record TrainingProgress
{
    /// <summary>The completed epochs in order.</summary>
    public required IReadOnlyList<EpochMetrics> History { get; init; }

    /// <summary>Training images that went through the network.</summary>
    public required long ImagesSeen { get; init; }

    /// <summary>Wall-clock seconds, those before an interruption included.</summary>
    public required double ElapsedSeconds { get; init; }

    /// <summary>Steps of the optimiser in the present phase.</summary>
    public required int OptimizerSteps { get; init; }

    /// <summary>Which epoch is the best.</summary>
    public required BestEpochMemory BestEpoch { get; init; }

    /// <summary>Where the schedule's plateau stands.</summary>
    public required PlateauMemory Plateau { get; init; }

    /// <summary>The epoch of each retry after a divergence, in order.</summary>
    public required IReadOnlyList<int> Retries { get; init; }

    /// <summary>What training steps compute in: Float32 or BFloat16.</summary>
    public required NumberFormat NumberFormat { get; init; }

    /// <summary>The epoch that was begun anew in float32 because its loss was not finite in bfloat16; null where there is none.</summary>
    public required int? FallbackEpoch { get; init; }

    /// <summary>Why it ended; null while it goes on.</summary>
    public required TrainingEnd? End { get; init; }
}
