using TruncatedTL.MLNet.Evaluation;

namespace TruncatedTL.MLNet.Reporting.Analysis;

/// <summary>Winner and control in detail, on validation or test rows.</summary>
/// <param name="Name"><c>validation</c> or <c>test</c>.</param>
/// <param name="Models">The winner first.</param>
internal sealed record ReportPart(string Name, IReadOnlyList<ModelDetails> Models)
{
    /// <summary>The parts that can be shown; none without a winner.</summary>
    public static IEnumerable<ReportPart> All(ReportAnalysis analysis, MedicalEvaluationOptions options)
    {
        if (analysis.Winner is null)
        {
            yield break;
        }

        var input = analysis.Input;
        TrialFigures[] models = analysis.Reference is null || analysis.Reference == analysis.Winner ? [analysis.Winner] : [analysis.Winner, analysis.Reference];
        var validation = Measured(models, trial => trial.Runs.Count == input.Validation.Count && trial.Runs.All(run => ScoredSets.WhyUnusable(run.ValidationProbabilities) is null)
            ? [.. input.Validation.Select((rows, i) => (rows, trial.Runs[i].ValidationProbabilities!))]
            : null);
        if (validation.Length > 0)
        {
            yield return new ReportPart("validation", validation);
        }

        var test = Measured(models, trial => input.Test is { } rows && trial.TestProbabilities is { } scores && ScoredSets.WhyUnusable(scores) is null ? [(rows, scores)] : null);
        if (test.Length > 0)
        {
            yield return new ReportPart("test", test);
        }

        ModelDetails[] Measured(TrialFigures[] trials, Func<ReportTrial, IReadOnlyList<(ReportRows, float[])>?> sets) =>
            [.. trials.Select(trial => (trial, sets: sets(trial.Trial))).Where(pair => pair.sets is not null).Select(pair => ModelDetails.Of(input, pair.trial, pair.sets!, options))];
    }
}
