using TruncatedTL.MLNet.Training;

namespace TruncatedTL.MLNet.Experiments;

/// <summary>What an experiment reports while it runs.</summary>
public sealed record ExperimentProgress
{
    /// <summary>What it is doing.</summary>
    public required ExperimentStage Stage { get; init; }

    /// <summary>What it is doing, as a line for a log.</summary>
    public required string Message { get; init; }

    /// <summary>All candidates, in the order of the plan; empty before there is one.</summary>
    public IReadOnlyList<TrialProgress> Trials { get; init; } = [];

    /// <summary>The epoch that was just completed; null where it was something else.</summary>
    public EpochMetrics? Epoch { get; init; }

    /// <summary>Time since the call.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>Time that the rest may take, judged by what was measured so far; null while nothing can be said.</summary>
    public TimeSpan? Remaining { get; init; }
}
