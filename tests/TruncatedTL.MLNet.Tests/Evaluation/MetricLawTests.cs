using FsCheck;
using FsCheck.Xunit;
using TruncatedTL.MLNet.Evaluation;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Evaluation;

/// <summary>Laws that hold for any rows. Few different scores, so that there are many ties.</summary>
public class MetricLawTests
{
    private static readonly MedicalEvaluationOptions Options = new() { Resamples = 0, CalibrationBins = 4 };

    [Property(MaxTest = 200)]
    public void Areas_do_not_change_under_a_monotone_map(NonEmptyArray<(byte Score, bool IsPositive)> rows)
    {
        var (scores, labels) = Split(rows.Get);
        var mapped = Array.ConvertAll(scores, score => Math.Exp(3 * score) - 40);
        var (before, after) = (Evaluate(ScoredExamples.Binary(labels, null, scores)), Evaluate(ScoredExamples.Binary(labels, null, mapped)));
        Same(before.AreaUnderRocCurve, after.AreaUnderRocCurve);
        Same(before.AreaUnderPrecisionRecallCurve, after.AreaUnderPrecisionRecallCurve);
    }

    [Property(MaxTest = 200)]
    public void Exchanged_classes_exchange_the_figures(NonEmptyArray<(byte Score, bool IsPositive)> rows)
    {
        var (scores, labels) = Split(rows.Get);

        // Nothing on the threshold, which belongs to the positive side.
        scores = Array.ConvertAll(scores, score => score == 0.5 ? 0.55 : score);
        var before = Evaluate(ScoredExamples.Binary(labels, scores));
        var after = Evaluate(ScoredExamples.Binary(Array.ConvertAll(labels, label => !label), Array.ConvertAll(scores, score => 1 - score)));
        Same(before.AreaUnderRocCurve, after.AreaUnderRocCurve);
        Same(before.Sensitivity, after.Specificity);
        Same(before.Specificity, after.Sensitivity);
        Same(before.PositivePredictiveValue, after.NegativePredictiveValue);
        Same(before.Accuracy, after.Accuracy);
        Same(before.MatthewsCorrelation, after.MatthewsCorrelation);
        Same(before.CohenKappa, after.CohenKappa);
        Same(before.LogLoss, after.LogLoss);
        Same(before.BrierScore, after.BrierScore);
        var inverted = Evaluate(ScoredExamples.Binary(Array.ConvertAll(labels, label => !label), scores));
        Same(inverted.AreaUnderRocCurve with { Value = 1 - inverted.AreaUnderRocCurve.Value }, before.AreaUnderRocCurve);
    }

    [Property(MaxTest = 100)]
    public void The_order_of_rows_does_not_matter(NonEmptyArray<(byte First, byte Second, byte Label, byte Weight)> rows, int seed)
    {
        var shuffled = rows.Get.ToArray();
        new System.Random(seed).Shuffle(shuffled);
        Same(EvaluateClasses(Multiclass(rows.Get, row => row.Weight % 4 + 1)), EvaluateClasses(Multiclass(shuffled, row => row.Weight % 4 + 1)));
    }

    [Property(MaxTest = 100)]
    public void A_weight_is_a_repetition(NonEmptyArray<(byte First, byte Second, byte Label, byte Weight)> rows)
    {
        // Weight 0 is a row that is not there.
        var repeated = rows.Get.SelectMany(row => Enumerable.Repeat(row, row.Weight % 4)).ToArray();
        Same(EvaluateClasses(Multiclass(rows.Get, row => row.Weight % 4)), EvaluateClasses(Multiclass(repeated, _ => 1)));
    }

    [Property(MaxTest = 100)]
    public void Two_classes_give_the_same_figures_either_way(NonEmptyArray<(byte Score, bool IsPositive)> rows)
    {
        // 0.5 would go to the first class of two, but to the positive side of a threshold.
        var (scores, labels) = Split(rows.Get);
        scores = Array.ConvertAll(scores, score => score == 0.5 ? 0.55 : score);
        var binary = Evaluate(ScoredExamples.Binary(labels, scores));
        var classes = EvaluateClasses(ScoredExamples.Multiclass(
            [.. labels.Select(label => label ? 1 : 0)], [.. scores.SelectMany(score => new[] { 1 - score, score })], ["no", "yes"]));
        Same(binary.AreaUnderRocCurve, classes.Classes[1].AreaUnderRocCurve);
        Same(binary.AreaUnderPrecisionRecallCurve, classes.Classes[1].AreaUnderPrecisionRecallCurve);
        Same(binary.F1Score, classes.Classes[1].F1Score);
        Same(binary.MacroF1Score, classes.Macro.F1Score);
        Same(binary.LogLoss, classes.LogLoss);
        Same(binary.BrierScore with { Value = 2 * binary.BrierScore.Value }, classes.BrierScore);
        Same(binary.CohenKappa, classes.QuadraticKappa);
    }

    [Property(MaxTest = 100)]
    public void The_area_lies_under_the_points_of_the_curve(NonEmptyArray<(byte Score, bool IsPositive)> rows)
    {
        var (scores, labels) = Split(rows.Get);
        var metrics = Evaluate(ScoredExamples.Binary(labels, scores));
        if (metrics.AreaUnderRocCurve.Value is not { } area)
        {
            Assert.Empty(metrics.RocCurve);
            Assert.Empty(metrics.PrecisionRecallCurve);
            return;
        }

        var trapezoids = metrics.RocCurve.Zip(metrics.RocCurve.Skip(1)).Sum(pair =>
            (pair.Second.FalsePositiveRate - pair.First.FalsePositiveRate) * (pair.First.TruePositiveRate + pair.Second.TruePositiveRate) / 2);
        Assert.Equal(area, trapezoids, 9);
        Assert.Equal((0.0, 0.0), (metrics.RocCurve[0].FalsePositiveRate, metrics.RocCurve[0].TruePositiveRate));
        Assert.Equal((1.0, 1.0), (metrics.RocCurve[^1].FalsePositiveRate, metrics.RocCurve[^1].TruePositiveRate));
        var (steps, recall) = (0.0, 0.0);
        foreach (var point in metrics.PrecisionRecallCurve)
        {
            steps += (point.Recall - recall) * point.Precision;
            recall = point.Recall;
        }

        Assert.Equal(metrics.AreaUnderPrecisionRecallCurve.Value!.Value, steps, 9);
    }

    [Property(MaxTest = 100)]
    public void Reliability_bins_hold_every_row_and_give_the_calibration_error(NonEmptyArray<(byte Score, bool IsPositive)> rows)
    {
        var (scores, labels) = Split(rows.Get);
        var metrics = Evaluate(ScoredExamples.Binary(labels, scores));
        foreach (var (bins, error) in new[] { (metrics.ReliabilityEqualWidth, metrics.CalibrationErrorEqualWidth), (metrics.ReliabilityEqualMass, metrics.CalibrationErrorEqualMass) })
        {
            Assert.Equal(labels.Length, bins.Sum(bin => bin.Weight));
            Assert.InRange(bins.Count, 1, Options.CalibrationBins);
            Assert.Equal(error.Value!.Value, bins.Sum(bin => bin.Weight * Math.Abs(bin.MeanProbability - bin.ObservedShare)) / labels.Length, 9);
            Assert.All(bins.Zip(bins.Skip(1)), pair => Assert.True(pair.First.Highest < pair.Second.Lowest));
        }
    }

    private static MedicalBinaryMetrics Evaluate(ScoredExamples examples) => MedicalEvaluator.EvaluateBinary(examples, Options);

    private static MedicalClassificationMetrics EvaluateClasses(ScoredExamples examples) => MedicalEvaluator.EvaluateMulticlass(examples, Options);

    // Three classes whose probabilities are ninths.
    private static ScoredExamples Multiclass((byte First, byte Second, byte Label, byte Weight)[] rows, Func<(byte First, byte Second, byte Label, byte Weight), int> weight)
    {
        var scores = rows.SelectMany(row =>
        {
            var (first, second) = (row.First % 5, row.Second % 5);
            return new[] { first / 9.0, second / 9.0, (9 - first - second) / 9.0 };
        });
        return ScoredExamples.Multiclass([.. rows.Select(row => row.Label % 3)], [.. scores], ["a", "b", "c"], [.. rows.Select(row => (double)weight(row))]);
    }

    private static void Same(MedicalClassificationMetrics first, MedicalClassificationMetrics second)
    {
        foreach (var (one, other) in Figures(first).Zip(Figures(second)))
        {
            Same(one, other);
        }
    }

    private static IEnumerable<MetricEstimate> Figures(MedicalClassificationMetrics metrics) =>
    [
        .. metrics.Macro.Listed().Select(figure => figure.Estimate),
        .. metrics.Weighted.Listed().Select(figure => figure.Estimate),
        .. metrics.Classes.SelectMany(own => own.Listed()).Select(figure => figure.Estimate),
        metrics.Accuracy,
        metrics.BalancedAccuracy,
        metrics.MatthewsCorrelation,
        metrics.CohenKappa,
        metrics.QuadraticKappa,
        metrics.TopKAccuracy,
        metrics.LogLoss,
        metrics.BrierScore,
        metrics.CalibrationErrorEqualWidth,
        metrics.CalibrationErrorEqualMass,
    ];

    private static void Same(MetricEstimate expected, MetricEstimate actual)
    {
        Assert.Equal(expected.Value is null, actual.Value is null);
        Assert.Equal(expected.Value ?? 0, actual.Value ?? 0, 9);
        Assert.Equal(actual.Value is null, actual.UndefinedReason is not null);
    }

    private static (double[] Scores, bool[] Labels) Split((byte Score, bool IsPositive)[] rows) =>
        (rows.Select(row => row.Score % 9 / 8.0).ToArray(), rows.Select(row => row.IsPositive).ToArray());
}
