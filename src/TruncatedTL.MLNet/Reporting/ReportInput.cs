using TruncatedTL.MLNet.Search;
using TruncatedTL.MLNet.Training;

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

/// <summary>Labelled rows that scores belong to.</summary>
/// <param name="Name">E.g. <c>validation</c>, <c>fold 2</c>, <c>test</c>.</param>
/// <param name="Labels">Class index of each row.</param>
/// <param name="Groups">Patient of each row; null where rows are independent.</param>
internal sealed record ReportRows(string Name, IReadOnlyList<int> Labels, IReadOnlyList<string>? Groups);

/// <summary>What became of a candidate.</summary>
internal enum ReportTrialState
{
    /// <summary>Trained to its end.</summary>
    Finished,

    /// <summary>Trained for some epochs, then left by the search.</summary>
    Stopped,

    /// <summary>Ruled out by a limit, before training.</summary>
    Pruned,

    /// <summary>An error ended it; see the note.</summary>
    Failed,

    /// <summary>The search had no need of it, or time was over.</summary>
    NotTried,
}

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

/// <summary>One training of a candidate.</summary>
/// <param name="History">Completed epochs.</param>
/// <param name="ValidationProbabilities">Of the best epoch, row-major [rows, 1 or classes]; null where no epoch was completed.</param>
internal sealed record ReportRun(IReadOnlyList<EpochMetrics> History, float[]? ValidationProbabilities);

/// <summary>What the search cost. One unit is an image through a network: multiply-accumulates x images x epochs.</summary>
internal sealed record ReportLedger
{
    /// <summary>Multiply-accumulates x images x epochs of the search and the winner's training.</summary>
    public required double SearchWork { get; init; }

    /// <summary>The same of the controls.</summary>
    public required double ControlWork { get; init; }

    /// <summary>Of one full fine-tuning: measured where the control was trained to its end, otherwise expected.</summary>
    public required double FullFineTuningWork { get; init; }

    /// <summary>Of the paper's two-stage search on the same candidates, expected.</summary>
    public required double TwoStageWork { get; init; }

    /// <summary>Of training every rung to its end, expected.</summary>
    public required double ExhaustiveWork { get; init; }

    public required double SearchSeconds { get; init; }

    public required double ControlSeconds { get; init; }

    /// <summary>Seconds of stage 0, measuring and everything else that is no training.</summary>
    public required double OtherSeconds { get; init; }

    /// <summary>How expected figures were arrived at, a sentence.</summary>
    public required string Basis { get; init; }

    /// <summary>One line per training: (candidate name, from epoch, to epoch, purpose, work, seconds).</summary>
    public required IReadOnlyList<(string Candidate, int FromEpoch, int ToEpoch, RequestPurpose Purpose, double Work, double Seconds)> Entries { get; init; }
}

/// <summary>An example image and where the winner looked.</summary>
/// <param name="Caption">What it is: true class, prediction, probability.</param>
/// <param name="Png">The picture with its overlay.</param>
internal sealed record ReportExample(string Caption, byte[] Png);
