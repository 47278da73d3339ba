namespace TruncatedTL.MLNet.Reporting;

/// <summary>Everything that a report of an experiment is made from, in memory. It holds raw scores; the report computes intervals, tests and curves from them.</summary>
internal sealed record ReportInput
{
    /// <summary>Headline, e.g. the name of the data.</summary>
    public required string Title { get; init; }

    public required DateTimeOffset Created { get; init; }

    /// <summary>The metric that was optimised, as people write it: <c>AUROC</c>, <c>AUPRC</c>, <c>log-loss</c>, <c>accuracy</c>.</summary>
    public required string MetricName { get; init; }

    public required bool IsHigherBetter { get; init; }

    /// <summary>With <see cref="IsBinary"/> the second class is the positive one, and scores have one column: its probability.</summary>
    public required IReadOnlyList<string> ClassNames { get; init; }

    public required bool IsBinary { get; init; }

    /// <summary>Labels of the validation rows; of folds or repeats one set each, in their order.</summary>
    public required IReadOnlyList<ReportRows> Validation { get; init; }

    /// <summary>Rows that each run was trained on, for the variance of several sets; null takes the rows of all other sets, as in cross-validation.</summary>
    public int? TrainingRows { get; init; }

    /// <summary>The test rows; null where none were given.</summary>
    public ReportRows? Test { get; init; }

    public required IReadOnlyList<ReportTrial> Trials { get; init; }

    /// <summary>The search's steps, in order, as sentences.</summary>
    public required IReadOnlyList<string> Decisions { get; init; }

    /// <summary>Index in <see cref="Trials"/> of the chosen one; null where the experiment ended before one had completed an epoch.</summary>
    public int? Winner { get; init; }

    /// <summary>Why it was chosen, a sentence of the search.</summary>
    public string? WinnerReason { get; init; }

    /// <summary>How far below the best score the winner was allowed to be, in units of the score; null where it was not a matter of tolerance.</summary>
    public double? Tolerance { get; init; }

    /// <summary>Why the experiment ended before its search did (time, cancelled), as a sentence; null where it did not.</summary>
    public string? EndedEarly { get; init; }

    public required ReportLedger Ledger { get; init; }

    /// <summary>Facts about the data as (name, value): images, classes, patients, how it was split, leak check, duplicates, hash.</summary>
    public required IReadOnlyList<(string Name, string Value)> Data { get; init; }

    /// <summary>Images of each class in each part: (part, class name, images, patients or null).</summary>
    public required IReadOnlyList<(string Part, string ClassName, int Images, int? Patients)> ClassCounts { get; init; }

    /// <summary>Settings of search and training as (name, value).</summary>
    public required IReadOnlyList<(string Name, string Value)> Settings { get; init; }

    /// <summary>Machine, versions, seeds, hashes of data and weights as (name, value).</summary>
    public required IReadOnlyList<(string Name, string Value)> Environment { get; init; }

    /// <summary>How to repeat it: lines of text or code.</summary>
    public required string HowToRepeat { get; init; }

    /// <summary>Frozen-feature scores per rung (stage 0): (ladder, cut index, name of the score, value); empty where there are none.</summary>
    public IReadOnlyList<(string Ladder, int Cut, string Score, double Value)> FrozenScores { get; init; } = [];

    /// <summary>Example images with their explanation; empty where there are none.</summary>
    public IReadOnlyList<ReportExample> Examples { get; init; } = [];
}
