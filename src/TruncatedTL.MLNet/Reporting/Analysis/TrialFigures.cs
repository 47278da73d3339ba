using TruncatedTL.MLNet.Evaluation;

namespace TruncatedTL.MLNet.Reporting.Analysis;

/// <summary>A trial with what was computed from its scores.</summary>
internal sealed record TrialFigures
{
    public required ReportTrial Trial { get; init; }

    /// <summary>Its place in the input.</summary>
    public required int Index { get; init; }

    /// <summary>The metric on validation rows: of several sets the mean, without interval.</summary>
    public required MetricEstimate Validation { get; init; }

    /// <summary>The metric of each validation set.</summary>
    public required IReadOnlyList<MetricEstimate> ValidationSets { get; init; }

    /// <summary>The metric on test rows; null where it was not tested.</summary>
    public MetricEstimate? Test { get; init; }

    /// <summary>Against full transfer on validation rows, corrected together with the other trials; null where it was not compared.</summary>
    public MetricComparison? ValidationComparison { get; set; }

    /// <summary>The same on test rows.</summary>
    public MetricComparison? TestComparison { get; set; }

    public bool IsWinner { get; init; }

    public string Name => Trial.Candidate.Name;

    public bool IsFinished => Trial.State == ReportTrialState.Finished;

    /// <summary>Epochs completed, of the longest run.</summary>
    public int Epochs => Trial.Runs.Count == 0 ? 0 : Trial.Runs.Max(run => run.History.Count);

    /// <summary>The measured figure, or the score that the search saw where there are no probabilities.</summary>
    public double? Score => Validation.Value ?? Trial.Score;

    /// <summary>Lowest and highest figure of the sets; null where there is only one set, or a figure is undefined.</summary>
    public (double Lowest, double Highest)? Range => ValidationSets.Count > 1 && ValidationSets.All(set => set.Value is not null)
        ? (ValidationSets.Min(set => set.Value!.Value), ValidationSets.Max(set => set.Value!.Value))
        : null;
}
