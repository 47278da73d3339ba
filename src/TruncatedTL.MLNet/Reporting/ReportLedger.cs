using TruncatedTL.MLNet.Search;

namespace TruncatedTL.MLNet.Reporting;

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
