using TruncatedTL.MLNet.Search;
using TruncatedTL.MLNet.Training;

namespace TruncatedTL.MLNet.Experiments;

/// <summary>Everything that an experiment has decided before its first training, with every default written out. It stands in the folder as <c>plan.json</c>.</summary>
internal sealed record ExperimentPlan
{
    /// <summary>Version of the format that this library writes and reads.</summary>
    public const int CurrentVersion = 1;

    public required int Version { get; init; }

    /// <summary>The library that planned it.</summary>
    public required string Library { get; init; }

    public required DateTimeOffset Created { get; init; }

    /// <summary>What the data are called, for the report.</summary>
    public required string Title { get; init; }

    public required bool IsBinary { get; init; }

    public required IReadOnlyList<string> ClassNames { get; init; }

    public required ExperimentMetric Metric { get; init; }

    /// <summary>By how much a smaller network may be worse in any case, in units of the metric.</summary>
    public required double Tolerance { get; init; }

    /// <summary>By how many standard errors of the paired difference a smaller network may be worse.</summary>
    public required double ToleranceStandardErrors { get; init; }

    /// <summary>What standard errors may excuse at most, in units of the metric.</summary>
    public required double ToleranceLimit { get; init; }

    /// <summary>The search method as text.</summary>
    public required string Search { get; init; }

    public required int Seed { get; init; }

    public required ExperimentLimits Limits { get; init; }

    /// <summary>How every candidate is trained.</summary>
    public required TrainingOptions Training { get; init; }

    public required IReadOnlyList<PlannedLadder> Ladders { get; init; }

    public required IReadOnlyList<PlannedCandidate> Candidates { get; init; }

    public required IReadOnlyList<PlannedSet> Sets { get; init; }

    /// <summary>Parts of the rows that validate once each; 1 where there are no folds.</summary>
    public required int Folds { get; init; }

    /// <summary>Hash over the settings that it was planned from; the same settings go on, others need another folder.</summary>
    public required string SettingsHash { get; init; }

    /// <summary>Hash over the images, labels and patients of each data folder.</summary>
    public required IReadOnlyDictionary<string, string> DataHashes { get; init; }

    /// <summary>Facts about the data for the report: (name, value).</summary>
    public required IReadOnlyList<PlannedFact> DataFacts { get; init; }

    /// <summary>Frozen-feature scores (stage 0) of each rung.</summary>
    public IReadOnlyList<PlannedFrozenScore> FrozenScores { get; init; } = [];

    /// <summary>Seconds that planning took: reading, stage 0 and measuring.</summary>
    public double PlanningSeconds { get; init; }

    /// <summary>The search method that <see cref="Search"/> names.</summary>
    /// <exception cref="ExperimentException">It is none of the library's own.</exception>
    public SearchMethod ParseSearch()
    {
        try
        {
            return SearchMethod.Parse(Search);
        }
        catch (Exception error) when (error is FormatException or ArgumentException)
        {
            throw new ExperimentException($"The plan's search cannot be made from its text: {error.Message}", error);
        }
    }

    /// <summary>The ladder of a candidate.</summary>
    public PlannedLadder LadderOf(PlannedCandidate candidate) => Ladders.Single(ladder => ladder.Name == candidate.Ladder);
}
