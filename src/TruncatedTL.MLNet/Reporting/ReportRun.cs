using TruncatedTL.MLNet.Training;

namespace TruncatedTL.MLNet.Reporting;

/// <summary>One training of a candidate.</summary>
/// <param name="History">Completed epochs.</param>
/// <param name="ValidationProbabilities">Of the best epoch, row-major [rows, 1 or classes]; null where no epoch was completed.</param>
internal sealed record ReportRun(IReadOnlyList<EpochMetrics> History, float[]? ValidationProbabilities);
