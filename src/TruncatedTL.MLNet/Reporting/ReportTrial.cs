using TruncatedTL.MLNet.Search;

namespace TruncatedTL.MLNet.Reporting;

/// <summary>A candidate with its outcome.</summary>
internal sealed record ReportTrial
{
    public required SearchCandidate Candidate { get; init; }

    /// <summary>The strategy as text, e.g. <c>Truncated(layer3.1)</c>.</summary>
    public required string Strategy { get; init; }

    public required string Backbone { get; init; }

    public required string CutName { get; init; }

    public required ReportTrialState State { get; init; }

    /// <summary>The error, or the limit that ruled it out; null otherwise.</summary>
    public string? Note { get; init; }

    /// <summary>Whether it was trained to be compared with, not for the search.</summary>
    public bool IsControl { get; init; }

    /// <summary>Measured milliseconds an image, one at a time; null where not measured.</summary>
    public double? MillisecondsPerImage { get; init; }

    /// <summary>Bytes of the saved model; an estimate where it was not saved; null where unknown.</summary>
    public long? ModelBytes { get; init; }

    /// <summary>Seconds of training, all folds and repeats together.</summary>
    public double TrainingSeconds { get; init; }

    /// <summary>Mean validation score of folds and repeats at the best epoch, in the metric's own direction; null where none was completed.</summary>
    public double? Score { get; init; }

    /// <summary>The runs, one per fold or repeat in the order of <see cref="ReportInput.Validation"/>; empty where it was not tried.</summary>
    public IReadOnlyList<ReportRun> Runs { get; init; } = [];

    /// <summary>Test probabilities, row-major [rows, 1 or classes]; null where it was not tested.</summary>
    public float[]? TestProbabilities { get; init; }
}
