using TruncatedTL.MLNet.Evaluation;

namespace TruncatedTL.MLNet.Reporting.Analysis;

/// <summary>Figures, curves and counts of a trial on one or several sets of rows.</summary>
/// <param name="Trial">The trial.</param>
/// <param name="SetNames">Names of the sets.</param>
/// <param name="Figures">Name and figure; of several sets the mean, without interval.</param>
/// <param name="Curves">Curves of each class (two classes: of the positive one) on each set.</param>
/// <param name="Confusion">Counts of all sets together.</param>
/// <param name="Reliability">Bins of equal width over the rows of all sets together.</param>
/// <param name="CalibrationError">The calibration error over these bins.</param>
/// <param name="DecisionRule">What is called which class, in words.</param>
internal sealed record ModelDetails(
    TrialFigures Trial,
    IReadOnlyList<string> SetNames,
    IReadOnlyList<(string Name, MetricEstimate Estimate)> Figures,
    IReadOnlyList<ClassCurves> Curves,
    ConfusionTable Confusion,
    IReadOnlyList<ReliabilityBin> Reliability,
    MetricEstimate CalibrationError,
    string DecisionRule)
{
    public static ModelDetails Of(ReportInput input, TrialFigures trial, IReadOnlyList<(ReportRows Rows, float[] Probabilities)> sets, MedicalEvaluationOptions options)
    {
        var single = sets.Count == 1;
        var names = sets.Select(set => set.Rows.Name).ToArray();

        // Means of sets have no interval, so that resampling a set would be for nothing.
        var ofSets = sets.Select(set => Figured.Of(ScoredSets.Of(input, set.Rows, set.Probabilities), single ? options : options.WithoutResamples())).ToArray();
        var whole = single ? ofSets[0] : Figured.Of(ScoredSets.Joined(input, sets), options.WithoutResamples());
        return new ModelDetails(
            trial,
            names,
            single ? ofSets[0].Figures : [.. ofSets[0].Figures.Select((figure, f) => (figure.Name, MeanOf([.. ofSets.Select(set => set.Figures[f].Estimate)], names)))],
            [.. ofSets[0].Classes.Select((one, c) => new ClassCurves(
                one.ClassName,
                [.. ofSets.Select(set => set.Classes[c].Roc)],
                [.. ofSets.Select(set => set.Classes[c].PrecisionRecall)],
                [.. ofSets.Select(set => set.Classes[c].Auroc)],
                [.. ofSets.Select(set => set.Classes[c].Auprc)]))],
            whole.Confusion,
            whole.Reliability,
            whole.CalibrationError,
            whole.DecisionRule);
    }

    private static MetricEstimate MeanOf(MetricEstimate[] sets, string[] names)
    {
        var undefined = Array.FindIndex(sets, set => set.Value is null);
        return undefined >= 0
            ? new MetricEstimate(null, UndefinedReason: $"in {names[undefined]}: {sets[undefined].UndefinedReason}")
            : new MetricEstimate(sets.Average(set => set.Value));
    }

    private sealed record Figured(
        IReadOnlyList<(string Name, MetricEstimate Estimate)> Figures,
        IReadOnlyList<(string ClassName, IReadOnlyList<RocPoint> Roc, IReadOnlyList<PrecisionRecallPoint> PrecisionRecall, MetricEstimate Auroc, MetricEstimate Auprc)> Classes,
        ConfusionTable Confusion,
        IReadOnlyList<ReliabilityBin> Reliability,
        MetricEstimate CalibrationError,
        string DecisionRule)
    {
        public static Figured Of(ScoredExamples examples, MedicalEvaluationOptions options)
        {
            if (examples.IsBinary)
            {
                var binary = MedicalEvaluator.EvaluateBinary(examples, options);
                return new Figured(
                    [
                        ("AUROC", binary.AreaUnderRocCurve),
                        ("AUPRC", binary.AreaUnderPrecisionRecallCurve),
                        ("sensitivity", binary.Sensitivity),
                        ("specificity", binary.Specificity),
                        ("PPV", binary.PositivePredictiveValue),
                        ("NPV", binary.NegativePredictiveValue),
                        ("F1", binary.F1Score),
                        ("accuracy", binary.Accuracy),
                        ("balanced accuracy", binary.BalancedAccuracy),
                        ("MCC", binary.MatthewsCorrelation),
                        ("log-loss", binary.LogLoss),
                        ("Brier score", binary.BrierScore),
                        ("ECE", binary.CalibrationErrorEqualWidth),
                    ],
                    [(binary.PositiveClassName, binary.RocCurve, binary.PrecisionRecallCurve, binary.AreaUnderRocCurve, binary.AreaUnderPrecisionRecallCurve)],
                    binary.ConfusionTable,
                    binary.ReliabilityEqualWidth,
                    binary.CalibrationErrorEqualWidth,
                    binary.DecisionRule);
            }

            var metrics = MedicalEvaluator.EvaluateMulticlass(examples, options);
            return new Figured(
                [
                    ("macro AUROC", metrics.Macro.AreaUnderRocCurve),
                    ("macro AUPRC", metrics.Macro.AreaUnderPrecisionRecallCurve),
                    ("macro sensitivity", metrics.Macro.Sensitivity),
                    ("macro specificity", metrics.Macro.Specificity),
                    ("macro F1", metrics.Macro.F1Score),
                    ("accuracy", metrics.Accuracy),
                    ("balanced accuracy", metrics.BalancedAccuracy),
                    ("MCC", metrics.MatthewsCorrelation),
                    ("Cohen's kappa", metrics.CohenKappa),
                    ("quadratic kappa", metrics.QuadraticKappa),
                    ("log-loss", metrics.LogLoss),
                    ("Brier score", metrics.BrierScore),
                    ("ECE", metrics.CalibrationErrorEqualWidth),
                ],
                [.. metrics.Classes.Select(one => (one.ClassName, one.RocCurve, one.PrecisionRecallCurve, one.AreaUnderRocCurve, one.AreaUnderPrecisionRecallCurve))],
                metrics.ConfusionTable,
                metrics.ReliabilityEqualWidth,
                metrics.CalibrationErrorEqualWidth,
                "the most probable class");
        }
    }
}
