using TruncatedTL.MLNet.Tool.Results;

namespace CompareStrategies;

/// <summary>What the experiment found, without what differs between two classes and several.</summary>
internal sealed record Outcome(IReadOnlyList<CandidateRow> Rows, string Reason, string ModelPath, string ReportPath);
