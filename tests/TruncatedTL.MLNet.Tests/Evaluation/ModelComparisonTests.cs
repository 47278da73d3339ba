using TruncatedTL.MLNet.Evaluation;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Evaluation;

public class ModelComparisonTests
{
    [Fact]
    public void Like_models_are_not_distinguishable_and_unlike_ones_are()
    {
        var comparison = MedicalEvaluator.Compare(
        [
            ("good", SimulatedScores.Binary(300, signal: 2.5, seed: 1)),
            ("as good", SimulatedScores.Binary(300, signal: 2.5, seed: 2)),
            ("poor", SimulatedScores.Binary(300, signal: 0.3, seed: 3)),
        ]);
        Assert.Equal(
            [ComparisonVerdict.NotDistinguishable, ComparisonVerdict.FirstBetter, ComparisonVerdict.FirstBetter],
            comparison.Comparisons.Select(pair => pair.Verdict));
        Assert.EndsWith("not distinguishable", comparison.Comparisons[0].ToString());
        Assert.EndsWith("'as good' is better", comparison.Comparisons[2].ToString());
        Assert.All(comparison.Comparisons, pair => Assert.True(pair.AdjustedPValue >= pair.PValue));
        Assert.All(comparison.Comparisons, pair => Assert.Equal(IntervalMethod.DeLong, pair.Difference.Interval!.Method));
        Assert.Equal(pairs(comparison), [("good", "as good"), ("good", "poor"), ("as good", "poor")]);

        static IEnumerable<(string, string)> pairs(MedicalComparison comparison) => comparison.Comparisons.Select(pair => (pair.FirstName, pair.SecondName));
    }

    [Fact]
    public void Bootstrap_and_DeLong_agree_about_the_area()
    {
        // A weight of 2 for every row changes no area, but no formula holds for it.
        var (first, second) = (SimulatedScores.Binary(400, 1.5, seed: 1), SimulatedScores.Binary(400, 1, seed: 2));
        var formula = MedicalEvaluator.Compare([("a", first), ("b", second)]).Comparisons[0];
        var bootstrap = MedicalEvaluator.Compare([("a", Weighted(first)), ("b", Weighted(second))], new() { Evaluation = new() { Resamples = 1000 } }).Comparisons[0];
        Assert.Equal(IntervalMethod.BootstrapBca, bootstrap.Difference.Interval!.Method);
        Assert.Equal(formula.Difference.Value!.Value, bootstrap.Difference.Value!.Value, 12);
        Assert.Equal(formula.Difference.Interval!.Lower, bootstrap.Difference.Interval.Lower, 0.01);
        Assert.Equal(formula.Difference.Interval.Upper, bootstrap.Difference.Interval.Upper, 0.01);
        Assert.Equal(formula.PValue!.Value, bootstrap.PValue!.Value, 0.03);

        static ScoredExamples Weighted(ScoredExamples examples) => ScoredExamples.Binary(
            [.. examples.Rows.Labels.Select(label => label == 1)], examples.Rows.Probabilities, examples.Rows.Scores, weights: [.. examples.Rows.Labels.Select(_ => 2.0)]);
    }

    [Fact]
    public void Every_figure_can_be_compared()
    {
        var comparison = MedicalEvaluator.Compare(
            [("a", SimulatedScores.Multiclass(300, 4, seed: 1, signal: 2)), ("b", SimulatedScores.Multiclass(300, 4, seed: 2, signal: 0.5))],
            new() { Metrics = Enum.GetValues<ClassificationMetric>(), Evaluation = new() { Resamples = 2000 } });
        Assert.Equal(Enum.GetValues<ClassificationMetric>().Length, comparison.Comparisons.Count);
        foreach (var pair in comparison.Comparisons.Where(pair => !pair.Metric.StartsWith("Calibration", StringComparison.Ordinal)))
        {
            Assert.True(pair.Verdict == ComparisonVerdict.FirstBetter, pair.ToString());
        }

        // A loss: lower is better.
        var loss = comparison.Comparisons.Single(pair => pair.Metric == "LogLoss");
        Assert.True(loss.Difference.Value < 0);
        Assert.Contains("macro AreaUnderRocCurve", comparison.ToString());
    }

    [Fact]
    public void One_class_of_several_is_compared_by_DeLong()
    {
        var models = new[] { ("a", SimulatedScores.Multiclass(200, 3, seed: 1)), ("b", SimulatedScores.Multiclass(200, 3, seed: 2)) };
        var pair = MedicalEvaluator.Compare(models, new() { ClassName = "c2" }).Comparisons[0];
        Assert.Equal(IntervalMethod.DeLong, pair.Difference.Interval!.Method);
        Assert.Equal("AreaUnderRocCurve of 'c2'", pair.Metric);
        Assert.Throws<ArgumentException>(() => MedicalEvaluator.Compare(models, new() { ClassName = "c3" }));
    }

    [Fact]
    public void A_model_is_not_distinguishable_from_itself()
    {
        var model = SimulatedScores.Binary(100, 1, seed: 1);
        var comparison = MedicalEvaluator.Compare([("a", model), ("b", model)], new() { Metrics = [ClassificationMetric.AreaUnderRocCurve, ClassificationMetric.F1Score], Evaluation = new() { Resamples = 100 } });
        Assert.All(comparison.Comparisons, pair => Assert.Equal((1, ComparisonVerdict.NotDistinguishable), (pair.PValue, pair.Verdict)));
    }

    [Fact]
    public void What_is_undefined_cannot_be_compared()
    {
        var positives = ScoredExamples.Binary([true, true], [0.3, 0.6]);
        var pair = MedicalEvaluator.Compare([("a", positives), ("b", positives)]).Comparisons[0];
        Assert.Equal(ComparisonVerdict.Undefined, pair.Verdict);
        Assert.Null(pair.PValue);
        Assert.Equal("AreaUnderRocCurve: 'a' and 'b' cannot be compared: every row is of class 'positive'", pair.ToString());

        // Perfect against inverted: a difference of 1 without any variance.
        bool[] labels = [true, true, false, false];
        var extreme = MedicalEvaluator.Compare([("a", ScoredExamples.Binary(labels, [.9, .8, .2, .1])), ("b", ScoredExamples.Binary(labels, [.1, .2, .8, .9]))]).Comparisons[0];
        Assert.Equal((1, ComparisonVerdict.Undefined), (extreme.Difference.Value, extreme.Verdict));
        Assert.Contains("no variance", extreme.ToString());
    }

    [Fact]
    public void A_single_row_shows_a_difference_but_nothing_of_its_variance()
    {
        var pair = MedicalEvaluator.Compare(
            [("a", ScoredExamples.Binary([true], [0.9])), ("b", ScoredExamples.Binary([true], [0.1]))],
            new() { Metrics = [ClassificationMetric.Accuracy], Evaluation = new() { Resamples = 100 } }).Comparisons[0];
        Assert.Equal((1, ComparisonVerdict.Undefined), (pair.Difference.Value, pair.Verdict));
        Assert.Contains("every resample gives the same value", pair.ToString());
    }

    [Fact]
    public void Other_rows_are_refused()
    {
        var model = ScoredExamples.Binary([true, false], [0.3, 0.6]);
        Refused("labels", ScoredExamples.Binary([false, true], [0.3, 0.6]));
        Refused("number of rows", ScoredExamples.Binary([true], [0.3]));
        Refused("patients", ScoredExamples.Binary([true, false], [0.3, 0.6], groups: ["a", "b"]));
        Refused("weights", ScoredExamples.Binary([true, false], [0.3, 0.6], weights: [1, 2]));
        Refused("classes", ScoredExamples.Binary([true, false], [0.3, 0.6], positiveClassName: "ill"));
        Refused("kind of scores", ScoredExamples.Multiclass([1, 0], [0.3, 0.7, 0.6, 0.4], ["negative", "positive"]));
        Assert.Throws<ArgumentException>(() => MedicalEvaluator.Compare([("a", model)]));
        Assert.Throws<ArgumentException>(() => MedicalEvaluator.Compare([("a", model), ("a", model)]));
        Assert.Throws<ArgumentException>(() => MedicalEvaluator.Compare([("a", model), ("b", model)], new() { Reference = "c" }));
        Assert.Throws<ArgumentException>(() => MedicalEvaluator.Compare([("a", model), ("b", model)], new() { Metrics = [] }));

        void Refused(string what, ScoredExamples other) =>
            Assert.Contains($"differ in their {what}", Assert.Throws<ArgumentException>(() => MedicalEvaluator.Compare([("a", model), ("b", other)])).Message);
    }

    [Fact]
    public void A_reference_is_compared_with_each_other_model()
    {
        var models = Enumerable.Range(0, 4).Select(i => ($"m{i}", SimulatedScores.Binary(60, 1, seed: i))).ToArray();
        var comparison = MedicalEvaluator.Compare(models, new() { Reference = "m2" });
        Assert.Equal(["m0", "m1", "m3"], comparison.Comparisons.Select(pair => pair.FirstName));
        Assert.All(comparison.Comparisons, pair => Assert.Equal("m2", pair.SecondName));
    }

    [Fact]
    public void Holm_keeps_false_findings_of_equal_models_rare()
    {
        // Four equal models, 100 times: any of six comparisons is found in about 5 of 100, and without correction in about 20.
        var found = Enumerable.Range(0, 100).Count(repeat => MedicalEvaluator.Compare(
            [.. Enumerable.Range(0, 4).Select(i => ($"m{i}", SimulatedScores.Binary(120, 1, seed: 1000 + repeat * 4 + i)))]).Comparisons.Any(pair => pair.Verdict != ComparisonVerdict.NotDistinguishable));
        Assert.InRange(found, 1, 10);
    }

    [Fact]
    public void Folds_are_compared_with_the_corrected_variance()
    {
        double?[] first = [.80, .84, .82, .86, .83];
        double?[] second = [.79, .82, .81, .83, .82];
        var pair = FoldComparison.Compare([("a", first), ("b", second)], trainingRows: 400, testRows: 100, isLowerBetter: true).Comparisons[0];

        // Differences .01 .02 .01 .03 .01: mean .016, variance .00008; t = .016 / sqrt((1/5 + 1/4) .00008) = 2.6667; p of t with 4 degrees.
        Assert.Equal(0.016, pair.Difference.Value!.Value, 12);
        Assert.Equal(0.0560, pair.PValue!.Value, 4);
        Assert.Equal(ComparisonVerdict.NotDistinguishable, pair.Verdict);

        // Quantiles of t with 4 degrees: (2.7764 + 0.9410) x .006.
        Assert.Equal("5 folds find a difference of 0.022 80 times in 100", pair.Difference.Note);
        Assert.EndsWith(", p = 0.056: not distinguishable", pair.ToString());
        var sure = FoldComparison.Compare([("a", [.9, .91, .92]), ("b", [.5, .52, .51])], 200, 100, isLowerBetter: true).Comparisons[0];
        Assert.Equal(ComparisonVerdict.SecondBetter, sure.Verdict);
        var same = FoldComparison.Compare([("a", first), ("b", first)], 400, 100).Comparisons[0];
        Assert.Equal((1, ComparisonVerdict.NotDistinguishable), (same.PValue, same.Verdict));
        var undefined = FoldComparison.Compare([("a", [.9, null]), ("b", [.9, .8])], 400, 100).Comparisons[0];
        Assert.Equal("AUROC: 'a' and 'b' cannot be compared: undefined for 'a' in fold 1", undefined.ToString());
        Assert.Throws<ArgumentException>(() => FoldComparison.Compare([("a", [.9, .8]), ("b", [.9])], 400, 100));
        Assert.Throws<ArgumentException>(() => FoldComparison.Compare([("a", [.9]), ("b", [.9])], 400, 100));
        Assert.Throws<ArgumentException>(() => FoldComparison.Compare([("a", [.9, double.NaN]), ("b", [.9, .8])], 400, 100));
        Assert.Throws<ArgumentOutOfRangeException>(() => FoldComparison.Compare([("a", first), ("b", second)], 0, 100));
    }
}
