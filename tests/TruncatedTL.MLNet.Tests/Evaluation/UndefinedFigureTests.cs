using TruncatedTL.MLNet.Evaluation;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Evaluation;

/// <summary>What the rows do not define is said in words, and is never a number.</summary>
public class UndefinedFigureTests
{
    private static readonly MedicalEvaluationOptions Options = new() { Resamples = 200 };

    [Fact]
    public void A_class_without_rows_is_undefined_and_left_out_of_means_by_name()
    {
        var metrics = MedicalEvaluator.EvaluateMulticlass(ScoredExamples.Multiclass(
            [0, 0, 0, 2, 2, 2], [.6, .3, .1, .2, .5, .3, .5, .3, .2, .1, .2, .7, .2, .2, .6, .5, .1, .4], ["a", "b", "c"]), Options);
        Assert.Equal("undefined: no row of class 'b'", metrics.Classes[1].AreaUnderRocCurve.ToString());
        Assert.Equal("undefined: no row of class 'b'", metrics.Classes[1].Sensitivity.ToString());
        Assert.Equal((metrics.Classes[0].AreaUnderRocCurve.Value + metrics.Classes[2].AreaUnderRocCurve.Value) / 2, metrics.Macro.AreaUnderRocCurve.Value);
        Assert.Equal("mean over 2 of 3 classes: no row of 'b'", metrics.Macro.AreaUnderRocCurve.Note);
        Assert.NotNull(metrics.Macro.AreaUnderRocCurve.Interval);

        // It is predicted once, wrongly: this is defined.
        Assert.Equal(0, metrics.Classes[1].PositivePredictiveValue.Value);
        Assert.Equal(0, metrics.Classes[1].F1Score.Value);
        Assert.Empty(metrics.Classes[1].RocCurve);
    }

    [Fact]
    public void A_class_that_is_never_predicted_leaves_the_mean_of_predictive_values_undefined()
    {
        var metrics = MedicalEvaluator.EvaluateMulticlass(ScoredExamples.Multiclass(
            [0, 1, 2, 0, 1, 2], [.6, .3, .1, .2, .6, .2, .5, .3, .2, .7, .2, .1, .2, .7, .1, .2, .5, .3], ["a", "b", "c"]), Options);
        Assert.Equal("class 'c' is never predicted", metrics.Classes[2].PositivePredictiveValue.UndefinedReason);
        Assert.Equal("class 'c' is never predicted", metrics.Macro.PositivePredictiveValue.UndefinedReason);
        Assert.Null(metrics.Macro.PositivePredictiveValue.Value);
        Assert.Equal(0, metrics.Classes[2].F1Score.Value);
        Assert.NotNull(metrics.Macro.F1Score.Value);
    }

    [Fact]
    public void One_class_only_leaves_little()
    {
        var metrics = MedicalEvaluator.EvaluateBinary(ScoredExamples.Binary([true, true, true], [.9, .8, .2]), Options);
        Assert.Equal("every row is of class 'positive'", metrics.AreaUnderRocCurve.UndefinedReason);
        Assert.Equal("every row is of class 'positive'", metrics.AreaUnderPrecisionRecallCurve.UndefinedReason);
        Assert.Equal("every row is of class 'positive'", metrics.Specificity.UndefinedReason);
        Assert.Equal("every row is of class 'positive'", metrics.BalancedAccuracy.UndefinedReason);
        Assert.Equal("every row is of class 'positive'", metrics.MatthewsCorrelation.UndefinedReason);
        Assert.Equal(2 / 3.0, metrics.Sensitivity.Value);
        Assert.Equal(IntervalMethod.Wilson, metrics.Sensitivity.Interval!.Method);
        var agreed = MedicalEvaluator.EvaluateBinary(ScoredExamples.Binary([true, true], [.9, .8]), Options);
        Assert.Equal("every row is of class 'positive', and that is predicted for all", agreed.CohenKappa.UndefinedReason);
        Assert.Equal("class 'positive' is predicted for every row", agreed.NegativePredictiveValue.UndefinedReason);
    }

    [Fact]
    public void One_prediction_for_all_has_no_correlation()
    {
        var metrics = MedicalEvaluator.EvaluateBinary(ScoredExamples.Binary([true, false, true], [.9, .8, .7]), Options);
        Assert.Equal("class 'positive' is predicted for every row", metrics.MatthewsCorrelation.UndefinedReason);
        Assert.Equal(0, metrics.CohenKappa.Value);
    }

    [Fact]
    public void Scores_that_are_no_probabilities_have_no_calibration()
    {
        var binary = MedicalEvaluator.EvaluateBinary(ScoredExamples.Binary([true, false, true], probabilities: null, scores: [2, -3, 0.5]), Options);
        Assert.Equal("the model gives scores but no probabilities", binary.LogLoss.UndefinedReason);
        Assert.Equal(1, binary.AreaUnderRocCurve.Value);
        Assert.Equal("score of at least 0", binary.DecisionRule);
        Assert.Empty(binary.ReliabilityEqualMass);
        var classes = MedicalEvaluator.EvaluateMulticlass(ScoredExamples.Multiclass([0, 1], [.5, .5, .5, .7], ["a", "b"]), Options);
        Assert.Equal("the scores are not probabilities: those of row 1 sum to 1.2", classes.BrierScore.UndefinedReason);
        classes = MedicalEvaluator.EvaluateMulticlass(ScoredExamples.Multiclass([0, 1], [1.5, -.5, .5, .5], ["a", "b"]), Options);
        Assert.Equal("the scores are not probabilities: row 0 has one outside 0 to 1", classes.CalibrationErrorEqualWidth.UndefinedReason);
        Assert.Equal("top-2 accuracy of 2 classes is always 1", classes.TopKAccuracy.UndefinedReason);
    }

    [Fact]
    public void No_rows_at_all_are_no_error()
    {
        var binary = MedicalEvaluator.EvaluateBinary(ScoredExamples.Binary([], []), Options);
        var classes = MedicalEvaluator.EvaluateMulticlass(ScoredExamples.Multiclass([], [], ["a", "b", "c"]), Options);
        Assert.All(
            new[] { binary.AreaUnderRocCurve, binary.Accuracy, binary.LogLoss, binary.MacroF1Score, classes.Macro.F1Score, classes.CohenKappa, classes.TopKAccuracy },
            figure => Assert.Equal("undefined: there are no rows", figure.ToString()));
        Assert.NotEmpty(classes.ToString());
    }

    [Fact]
    public void A_class_with_a_single_row_has_no_interval_of_average_precision()
    {
        var metrics = MedicalEvaluator.EvaluateBinary(ScoredExamples.Binary([false, false, true, false, false], [.1, .6, .7, .2, .8]), Options);
        Assert.Equal("no interval: class 'positive' has a single row", metrics.AreaUnderPrecisionRecallCurve.Note);
        Assert.Null(metrics.AreaUnderPrecisionRecallCurve.Interval);
        Assert.Equal(IntervalMethod.Newcombe, metrics.AreaUnderRocCurve.Interval!.Method);
    }

    [Fact]
    public void A_single_negative_leaves_average_precision_without_interval()
    {
        var metrics = MedicalEvaluator.EvaluateBinary(ScoredExamples.Binary([true, false, true, true], [.9, .6, .7, .2]), Options);
        Assert.Equal("no interval: there is a single negative", metrics.AreaUnderPrecisionRecallCurve.Note);
        Assert.Null(metrics.AreaUnderPrecisionRecallCurve.Interval);
        Assert.Equal((1 + 1 + 3 / 4.0) / 3, metrics.AreaUnderPrecisionRecallCurve.Value!.Value, 12);
    }

    [Fact]
    public void One_score_for_all_leaves_average_precision_without_interval()
    {
        var metrics = MedicalEvaluator.EvaluateBinary(ScoredExamples.Binary([true, false, true, false, false], [.6, .6, .6, .6, .6]), Options);
        Assert.Equal(0.4, metrics.AreaUnderPrecisionRecallCurve.Value!.Value, 12);
        Assert.Equal("no interval: all rows have the same score", metrics.AreaUnderPrecisionRecallCurve.Note);
    }

    [Fact]
    public void A_perfect_model_has_no_interval_of_average_precision_but_those_of_other_formulas()
    {
        var labels = Enumerable.Range(0, 40).Select(i => i % 2 == 0).ToArray();
        var metrics = MedicalEvaluator.EvaluateBinary(ScoredExamples.Binary(labels, [.. labels.Select(label => label ? 0.9 : 0.1)]), Options);
        Assert.Equal(1, metrics.AreaUnderPrecisionRecallCurve.Value);
        Assert.Equal("no interval: every positive is ranked above every negative", metrics.AreaUnderPrecisionRecallCurve.Note);
        Assert.Equal("no interval: every resample gives the same value", metrics.F1Score.Note);
        Assert.InRange(metrics.AreaUnderRocCurve.Interval!.Lower, 0.8, 0.95);
        Assert.InRange(metrics.Sensitivity.Interval!.Lower, 0.8, 0.9);
    }

    [Fact]
    public void Without_resamples_the_note_says_so()
    {
        var metrics = MedicalEvaluator.EvaluateMulticlass(SimulatedScores.Multiclass(60, 3, seed: 1), new MedicalEvaluationOptions { Resamples = 0 });
        Assert.Equal("no interval: no resamples were asked for", metrics.Macro.AreaUnderRocCurve.Note);
        Assert.NotNull(metrics.Classes[0].AreaUnderRocCurve.Interval);
    }
}
