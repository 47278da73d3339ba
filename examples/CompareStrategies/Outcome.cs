using TruncatedTL.MLNet.Evaluation;
using TruncatedTL.MLNet.Experiments;

namespace CompareStrategies;

/// <summary>What the experiment found, without what differs between two classes and several.</summary>
internal sealed record Outcome(IReadOnlyList<OutcomeRow> Rows, string Reason, string ModelPath, string ReportPath);

/// <summary>One candidate. The choice was made on <paramref name="Score"/>; test figures are for the reader.</summary>
internal sealed record OutcomeRow(
    string Name, TrialState State, double? Score, MetricEstimate? Test, long Parameters, long Macs, double? Milliseconds, double Seconds, bool IsWinner);
