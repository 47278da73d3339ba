namespace TruncatedTL.MLNet.Probing;

/// <summary>How frozen features are computed and scored.</summary>
internal sealed record ProbingOptions
{
    /// <summary>Seed of the folds. Default: 1.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Largest number of images per batch. Default: 32.</summary>
    public int BatchSize { get; init; } = 32;

    /// <summary>The group (patient) of each training image: a group is never split over folds, and never its own neighbour. Null takes every image for a group of its own. Default: null.</summary>
    public IReadOnlyList<string?>? Groups { get; init; }

    /// <summary>Folds of the ridge probe, at least 2; fewer where there are fewer groups. Default: 5.</summary>
    public int Folds { get; init; } = 5;

    /// <summary>Neighbours that vote, at least 1. Default: 5.</summary>
    public int Neighbours { get; init; } = 5;

    /// <summary>Names of the cuts to look at; null looks at all. Default: null.</summary>
    public IReadOnlyCollection<string>? Cuts { get; init; }

    /// <summary>Looked at before each batch and before each cut's scores.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>Told after each batch.</summary>
    public IProgress<ProbingProgress>? Progress { get; init; }
}
