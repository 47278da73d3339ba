using System.Globalization;
using System.Text;
using TruncatedTL.MLNet.Evaluation;
using TruncatedTL.MLNet.Reporting.Analysis;

namespace TruncatedTL.MLNet.Reporting;

/// <summary>The tables of a report as comma-separated values (RFC 4180): all digits, a point in every culture, empty where there is nothing.</summary>
internal static class ReportTables
{
    public static string Leaderboard(ReportAnalysis analysis) => Table(
        [
            "candidate", "strategy", "backbone", "ladder", "cut", "cut_name", "state", "chosen", "control", "reference", "note", "metric",
            "validation", "validation_lower", "validation_upper", "validation_method", "validation_undefined", "search_score",
            "difference", "difference_lower", "difference_upper", "p", "p_holm", "verdict",
            "test", "test_lower", "test_upper", "test_method", "test_undefined",
            "test_difference", "test_difference_lower", "test_difference_upper", "test_p", "test_p_holm", "test_verdict",
            "parameters", "macs", "milliseconds", "bytes", "epochs", "seconds",
        ],
        analysis.Leaderboard.Select(trial =>
        {
            var (own, candidate) = (trial.Trial, trial.Trial.Candidate);
            return (object?[])
            [
                trial.Name, own.Strategy, own.Backbone, candidate.Ladder, candidate.Cut, own.CutName, own.State.ToString(), trial.IsWinner, own.IsControl, trial == analysis.Reference, own.Note, analysis.Metric.Name,
                .. Estimate(trial.Validation), own.Score,
                .. Comparison(trial.ValidationComparison),
                .. Estimate(trial.Test),
                .. Comparison(trial.TestComparison),
                candidate.ParameterCount, candidate.MacCount, own.MillisecondsPerImage, own.ModelBytes, trial.Epochs, own.TrainingSeconds,
            ];
        }));

    public static string Curve(ReportAnalysis analysis) => Table(
        ["ladder", "cut", "cut_name", "stage", "kind", "candidate", "state", "epochs", "chosen", "value", "lower", "upper"],
        analysis.Trials.Where(trial => trial.Trial.Candidate.Cut is not null && trial.Score is not null).Select(trial => (object?[])
        [
            trial.Trial.Candidate.Ladder, trial.Trial.Candidate.Cut, trial.Trial.CutName, trial.Trial.Candidate.Stage, analysis.Metric.Name, trial.Name, trial.Trial.State.ToString(), trial.Epochs, trial.IsWinner,
            trial.Score, trial.Validation.Interval?.Lower, trial.Validation.Interval?.Upper,
        ]).Concat(analysis.Input.FrozenScores.Select(score => (object?[])[score.Ladder, score.Cut, null, null, "frozen: " + score.Score, null, null, null, null, score.Value, null, null])));

    public static string LearningCurves(ReportAnalysis analysis) => Table(
        ["candidate", "set", "epoch", "phase", "learning_rate", "train_loss", "train_accuracy", "validation_loss", "validation_accuracy", "validation_auroc", "validation_auprc", "best_so_far", "seconds"],
        analysis.Trials.SelectMany(trial => trial.Trial.Runs.SelectMany((run, r) => run.History.Select(epoch => (object?[])
        [
            trial.Name, analysis.Input.Validation[r].Name, epoch.Epoch, epoch.Phase.ToString(), epoch.LearningRate, epoch.TrainLoss, epoch.TrainAccuracy, epoch.ValidationLoss, epoch.ValidationAccuracy,
            epoch.ValidationAuroc, epoch.ValidationAuprc, epoch.IsBest, epoch.ElapsedSeconds,
        ]))));

    private static object?[] Estimate(MetricEstimate? estimate) =>
        [estimate?.Value, estimate?.Interval?.Lower, estimate?.Interval?.Upper, estimate?.Interval?.Method.ToString(), estimate?.UndefinedReason];

    private static object?[] Comparison(MetricComparison? comparison) =>
        [comparison?.Difference.Value, comparison?.Difference.Interval?.Lower, comparison?.Difference.Interval?.Upper, comparison?.PValue, comparison?.AdjustedPValue, comparison?.Verdict.ToString()];

    private static string Table(string[] columns, IEnumerable<object?[]> rows)
    {
        var text = new StringBuilder().AppendJoin(',', columns).Append("\r\n");
        foreach (var row in rows)
        {
            text.AppendJoin(',', row.Select(Field)).Append("\r\n");
        }

        return text.ToString();
    }

    private static string Field(object? value) => value switch
    {
        null => string.Empty,
        bool flag => flag ? "true" : "false",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => Quoted(value.ToString()!),
    };

    private static string Quoted(string text) => text.AsSpan().IndexOfAny("\",\r\n") >= 0 ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
}
