using TruncatedTL.MLNet.Evaluation;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Evaluation;

public class PatientAggregationTests
{
    // Patient a: positive by one of two rows; b and d negative; c positive.
    private static readonly ScoredExamples Binary = ScoredExamples.Binary(
        [false, true, false, false, true, false],
        [0.2, 0.6, 0.3, 0.3, 0.8, 0.55],
        groups: ["a", "a", "b", "b", "c", "d"]);

    [Theory]
    [InlineData(PatientAggregation.Mean, 0.4, 0.3)]
    [InlineData(PatientAggregation.Maximum, 0.6, 0.3)]
    [InlineData(PatientAggregation.NoisyOr, 0.68, 0.51)]
    public void A_patient_is_one_row(PatientAggregation aggregation, double ofFirst, double ofSecond)
    {
        var metrics = MedicalEvaluator.EvaluateBinary(Binary, new MedicalEvaluationOptions { Aggregation = aggregation, Resamples = 0 });
        Assert.Equal((4, 4, 2), (metrics.RowCount, metrics.PatientCount, metrics.PositiveWeight));
        Assert.Contains("4 patients", metrics.ToString());
        var thresholds = metrics.PrecisionRecallCurve.Select(point => Math.Round(point.Threshold, 12)).ToArray();
        Assert.Equal(new[] { 0.8, 0.55, ofFirst, ofSecond }.OrderDescending(), thresholds);

        // One row a patient: formulas hold again.
        Assert.Equal(IntervalMethod.Wilson, metrics.Sensitivity.Interval!.Method);
    }

    [Fact]
    public void Without_aggregation_intervals_come_from_patients()
    {
        var metrics = MedicalEvaluator.EvaluateBinary(Binary, new MedicalEvaluationOptions { Resamples = 200 });
        Assert.Equal((6, 4), (metrics.RowCount, metrics.PatientCount));
        Assert.Contains("6 rows of 4 patients", metrics.ToString());
        Assert.Equal(IntervalMethod.BootstrapBca, metrics.Specificity.Interval!.Method);
    }

    [Fact]
    public void Probabilities_of_classes_sum_to_1_after_aggregation()
    {
        var examples = ScoredExamples.Multiclass(
            [0, 0, 1, 2], [.6, .3, .1, .2, .7, .1, .1, .8, .1, .2, .2, .6], ["x", "y", "z"], groups: ["a", "a", "b", "c"]);
        var metrics = MedicalEvaluator.EvaluateMulticlass(examples, new MedicalEvaluationOptions { Aggregation = PatientAggregation.Maximum, Resamples = 0 });

        // Patient a: (.6, .7, .1) / 1.4.
        Assert.Equal(-(Math.Log(0.6 / 1.4) + Math.Log(0.8) + Math.Log(0.6)) / 3, metrics.LogLoss.Value!.Value, 12);
        Assert.Equal(1, metrics.ConfusionTable["x", "y"]);
    }

    [Fact]
    public void What_cannot_be_aggregated_is_refused()
    {
        var noGroups = ScoredExamples.Binary([true, false], [0.5, 0.4]);
        var mixed = ScoredExamples.Multiclass([0, 1], [0.5, 0.5, 0.2, 0.8], ["x", "y"], groups: ["p7", "p7"]);
        var scores = ScoredExamples.Binary([true, false], null, [3, 4], groups: ["a", "b"]);
        Refused("a group (patient) is given", noGroups, PatientAggregation.Mean);
        Refused("Patient 'p7' has rows of class 'x' and of class 'y'", mixed, PatientAggregation.Mean);
        Refused("Noisy-or needs probabilities", scores, PatientAggregation.NoisyOr);
        Assert.Equal(0, MedicalEvaluator.EvaluateBinary(scores, new MedicalEvaluationOptions { Aggregation = PatientAggregation.Mean }).AreaUnderRocCurve.Value);
    }

    private static void Refused(string words, ScoredExamples examples, PatientAggregation aggregation)
    {
        var options = new MedicalEvaluationOptions { Aggregation = aggregation };
        var exception = Assert.Throws<ArgumentException>(() =>
        {
            _ = examples.IsBinary ? MedicalEvaluator.EvaluateBinary(examples, options).ToString() : MedicalEvaluator.EvaluateMulticlass(examples, options).ToString();
        });
        Assert.Contains(words, exception.Message);
    }
}
