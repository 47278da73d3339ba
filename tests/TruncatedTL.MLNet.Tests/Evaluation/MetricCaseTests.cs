using System.Text.Json;
using TruncatedTL.MLNet.Evaluation;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Evaluation;

/// <summary>Every figure equals scikit-learn's, or is undefined with a reason where the counts do not define it.</summary>
public class MetricCaseTests
{
    private const double Tolerance = 1e-9;

    private static readonly MetricCaseFile File = MetricCase.ReadAll();

    [Fact]
    public void There_are_enough_cases() => Assert.True(File.Cases.Length >= 200, $"{File.Cases.Length} cases");

    [Fact]
    public void Binary_figures_equal_the_reference()
    {
        var compared = 0;
        foreach (var example in File.Cases.Where(example => example.IsBinary))
        {
            var metrics = MedicalEvaluator.EvaluateBinary(example.ToExamples(), Options());
            var trapezoid = MedicalEvaluator.EvaluateBinary(example.ToExamples(), Options(PrecisionRecallArea.Trapezoid));
            compared += Compare(example.Name, example.Expected, new()
            {
                ["auroc"] = metrics.AreaUnderRocCurve,
                ["auprc"] = metrics.AreaUnderPrecisionRecallCurve,
                ["auprcTrapezoid"] = trapezoid.AreaUnderPrecisionRecallCurve,
                ["sensitivity"] = metrics.Sensitivity,
                ["specificity"] = metrics.Specificity,
                ["ppv"] = metrics.PositivePredictiveValue,
                ["npv"] = metrics.NegativePredictiveValue,
                ["f1"] = metrics.F1Score,
                ["macroF1"] = metrics.MacroF1Score,
                ["accuracy"] = metrics.Accuracy,
                ["balancedAccuracy"] = metrics.BalancedAccuracy,
                ["mcc"] = metrics.MatthewsCorrelation,
                ["kappa"] = metrics.CohenKappa,
                ["logLoss"] = metrics.LogLoss,
                ["brier"] = metrics.BrierScore,
                ["eceWidth"] = metrics.CalibrationErrorEqualWidth,
                ["eceMass"] = metrics.CalibrationErrorEqualMass,
            });
        }

        Assert.True(compared > 2000, $"{compared} figures compared");
    }

    [Fact]
    public void Multiclass_figures_equal_the_reference()
    {
        var compared = 0;
        foreach (var example in File.Cases.Where(example => !example.IsBinary))
        {
            var metrics = MedicalEvaluator.EvaluateMulticlass(example.ToExamples(), Options());
            compared += Compare(example.Name, example.Expected, new()
            {
                ["accuracy"] = metrics.Accuracy,
                ["balancedAccuracy"] = metrics.BalancedAccuracy,
                ["mcc"] = metrics.MatthewsCorrelation,
                ["kappa"] = metrics.CohenKappa,
                ["quadraticKappa"] = metrics.QuadraticKappa,
                ["topK"] = metrics.TopKAccuracy,
                ["logLoss"] = metrics.LogLoss,
                ["brier"] = metrics.BrierScore,
                ["eceWidth"] = metrics.CalibrationErrorEqualWidth,
                ["eceMass"] = metrics.CalibrationErrorEqualMass,
                ["macroAuroc"] = metrics.Macro.AreaUnderRocCurve,
                ["macroAuprc"] = metrics.Macro.AreaUnderPrecisionRecallCurve,
                ["macroSensitivity"] = metrics.Macro.Sensitivity,
                ["macroSpecificity"] = metrics.Macro.Specificity,
                ["macroPpv"] = metrics.Macro.PositivePredictiveValue,
                ["macroNpv"] = metrics.Macro.NegativePredictiveValue,
                ["macroF1"] = metrics.Macro.F1Score,
                ["weightedAuroc"] = metrics.Weighted.AreaUnderRocCurve,
                ["weightedAuprc"] = metrics.Weighted.AreaUnderPrecisionRecallCurve,
                ["weightedSensitivity"] = metrics.Weighted.Sensitivity,
                ["weightedSpecificity"] = metrics.Weighted.Specificity,
                ["weightedPpv"] = metrics.Weighted.PositivePredictiveValue,
                ["weightedNpv"] = metrics.Weighted.NegativePredictiveValue,
                ["weightedF1"] = metrics.Weighted.F1Score,
            });
            var trapezoid = MedicalEvaluator.EvaluateMulticlass(example.ToExamples(), Options(PrecisionRecallArea.Trapezoid));
            for (var c = 0; c < example.Classes; c++)
            {
                compared += Compare($"{example.Name}, class {c}", example.Each![c], new()
                {
                    ["auroc"] = metrics.Classes[c].AreaUnderRocCurve,
                    ["auprc"] = metrics.Classes[c].AreaUnderPrecisionRecallCurve,
                    ["auprcTrapezoid"] = trapezoid.Classes[c].AreaUnderPrecisionRecallCurve,
                    ["sensitivity"] = metrics.Classes[c].Sensitivity,
                    ["specificity"] = metrics.Classes[c].Specificity,
                    ["ppv"] = metrics.Classes[c].PositivePredictiveValue,
                    ["npv"] = metrics.Classes[c].NegativePredictiveValue,
                    ["f1"] = metrics.Classes[c].F1Score,
                });
            }
        }

        Assert.True(compared > 4000, $"{compared} figures compared");
    }

    private static MedicalEvaluationOptions Options(PrecisionRecallArea area = PrecisionRecallArea.AveragePrecision) =>
        new() { Resamples = 0, CalibrationBins = File.Bins, TopK = File.TopK, PrecisionRecallArea = area };

    private static int Compare(string name, IReadOnlyDictionary<string, JsonElement> expected, Dictionary<string, MetricEstimate> actual)
    {
        Assert.Equal(expected.Keys.Order(), actual.Keys.Order());
        var compared = 0;
        foreach (var (figure, reference) in expected.Where(pair => pair.Value.ValueKind != JsonValueKind.String))
        {
            var estimate = actual[figure];
            if (reference.ValueKind == JsonValueKind.Null)
            {
                Assert.True(estimate.Value is null && !string.IsNullOrEmpty(estimate.UndefinedReason), $"{name}: {figure} is {estimate}, but undefined in the reference");
                Assert.Null(estimate.Interval);
            }
            else
            {
                Assert.True(
                    estimate.Value is { } value && Math.Abs(value - reference.GetDouble()) < Tolerance,
                    $"{name}: {figure} is {estimate}, but {reference.GetDouble():r} in the reference");
            }

            compared++;
        }

        return compared;
    }
}
