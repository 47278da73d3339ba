using System.Text;
using TruncatedTL.MLNet.Evaluation;
using TruncatedTL.MLNet.Files;
using TruncatedTL.MLNet.Reporting.Analysis;
using TruncatedTL.MLNet.Reporting.Sections;

namespace TruncatedTL.MLNet.Reporting;

/// <summary>Writes the report of an experiment that compares transfer strategies: one page for people, and the same data for programs.</summary>
internal static class ExperimentReport
{
    /// <summary>The page.</summary>
    public const string PageName = "report.html";

    /// <summary>All figures, curves and facts.</summary>
    public const string JsonName = "report.json";

    /// <summary>One line a candidate.</summary>
    public const string LeaderboardName = "leaderboard.csv";

    /// <summary>The metric and frozen scores against the cut.</summary>
    public const string CurveName = "curve.csv";

    /// <summary>One line an epoch.</summary>
    public const string LearningCurvesName = "learning-curves.csv";

    /// <summary>Writes <c>report.html</c>, <c>report.json</c>, <c>leaderboard.csv</c>, <c>curve.csv</c> and <c>learning-curves.csv</c>; each replaces an older one only when it is complete.</summary>
    /// <param name="input">Raw scores and facts.</param>
    /// <param name="folder">Existing or new folder.</param>
    /// <param name="evaluation">Level, bootstrap, threshold and aggregation of the figures; null takes the defaults.</param>
    /// <returns>What was found.</returns>
    /// <exception cref="ArgumentException">The input contradicts itself, or an option is out of its range.</exception>
    /// <exception cref="IOException">A file cannot be written.</exception>
    /// <exception cref="OperationCanceledException">The options' token was cancelled.</exception>
    public static ReportVerdict Write(ReportInput input, string folder, MedicalEvaluationOptions? evaluation = null)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        var analysis = new ReportAnalysis(input, evaluation ?? new MedicalEvaluationOptions());
        var verdict = ReportVerdict.Of(analysis);
        var page = ReportPage.Create(analysis, verdict);
        Directory.CreateDirectory(folder);
        AtomicFile.Write(Path.Combine(folder, JsonName), stream => ReportJson.Write(stream, analysis, verdict));
        WriteText(LeaderboardName, ReportTables.Leaderboard(analysis));
        WriteText(CurveName, ReportTables.Curve(analysis));
        WriteText(LearningCurvesName, ReportTables.LearningCurves(analysis));

        // The page comes last: who sees it finds the files that it names.
        WriteText(PageName, page);
        return verdict;

        void WriteText(string name, string text) => AtomicFile.Write(Path.Combine(folder, name), stream => stream.Write(Encoding.UTF8.GetBytes(text)));
    }
}
