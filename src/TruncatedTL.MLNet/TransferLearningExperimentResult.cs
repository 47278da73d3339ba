namespace TruncatedTL.MLNet;

/// <summary>The result of an experiment.</summary>
/// <typeparam name="TMetrics">The figures of an evaluation.</typeparam>
public sealed class TransferLearningExperimentResult<TMetrics> : IDisposable
    where TMetrics : class
{
    internal TransferLearningExperimentResult()
    {
    }

    /// <summary>All candidates, in the order of the plan: from the input upwards, then what was asked for besides.</summary>
    public required IReadOnlyList<TransferLearningRunDetail<TMetrics>> RunDetails { get; init; }

    /// <summary>The candidate that was chosen, by validation rows alone.</summary>
    public required TransferLearningRunDetail<TMetrics> BestRun { get; init; }

    /// <summary>The chosen candidate's model; it is this object's. It has been saved as <see cref="ModelPath"/>, too.</summary>
    public required TransferLearningTransformer Model { get; init; }

    /// <summary>The zip of <see cref="Model"/>.</summary>
    public required string ModelPath { get; init; }

    /// <summary>Why it was chosen, a sentence.</summary>
    public required string Reason { get; init; }

    /// <summary>Why the experiment ended before its search did, a sentence; null where it did not.</summary>
    public required string? EndedEarly { get; init; }

    /// <summary>The experiment's folder.</summary>
    public required string WorkingFolder { get; init; }

    /// <summary>The report, one HTML file that needs no network.</summary>
    public required string ReportPath { get; init; }

    /// <summary>
    /// Candidates trained to their end that no other one beats in both score and parameters, from the smallest upwards.
    /// </summary>
    public IReadOnlyList<TransferLearningRunDetail<TMetrics>> Pareto { get; internal init; } = [];

    /// <summary>Disposes <see cref="Model"/>.</summary>
    public void Dispose() => Model.Dispose();
}
