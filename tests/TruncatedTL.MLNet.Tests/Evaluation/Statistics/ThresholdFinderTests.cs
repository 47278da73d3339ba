using TruncatedTL.MLNet.Evaluation;
using TruncatedTL.MLNet.Evaluation.Statistics;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Evaluation.Statistics;

public class ThresholdFinderTests
{
    private static readonly float[] s_scores = [0.1f, 0.2f, 0.3f, 0.3f, 0.5f, 0.7f, 0.7f, 0.9f];
    private static readonly int[] s_labels = [0, 0, 1, 0, 0, 1, 0, 1];

    [Fact]
    public void Rows_with_equal_scores_fall_on_the_same_side()
    {
        // Positives at .3, .7, .9; a sensitivity of .6 needs two of them, and the negative at .7 comes along.
        var report = ThresholdFinder.Find(s_scores, s_labels, OperatingPoint.AtSensitivity(0.6));
        Assert.Equal(0.6f, report.Threshold, 1e-6);
        Assert.Equal(2 / 3.0, report.Sensitivity.Value!.Value, 1e-12);
        Assert.Equal(0.8, report.Specificity.Value!.Value, 1e-12);
        Assert.Equal(ProportionIntervals.Wilson(2, 3, 0.95), report.Sensitivity.Interval);
        Assert.Equal(ProportionIntervals.Wilson(4, 5, 0.95), report.Specificity.Interval);
        Assert.Equal((3, 5), (report.Positives, report.Negatives));
        Assert.Contains(report.Warnings, warning => warning.Contains("only 3 validation rows"));
    }

    [Fact]
    public void A_sensitivity_of_one_lies_below_the_lowest_positive()
    {
        var report = ThresholdFinder.Find(s_scores, s_labels, OperatingPoint.AtSensitivity(1));
        Assert.Equal(0.25f, report.Threshold, 1e-6);
        Assert.Equal(1, report.Sensitivity.Value);
        Assert.Equal(0.4, report.Specificity.Value!.Value, 1e-12);
    }

    [Fact]
    public void A_specificity_of_one_lies_above_the_highest_negative()
    {
        var report = ThresholdFinder.Find(s_scores, s_labels, OperatingPoint.AtSpecificity(1));
        Assert.Equal(0.8f, report.Threshold, 1e-6);
        Assert.Equal(1 / 3.0, report.Sensitivity.Value!.Value, 1e-12);
    }

    [Fact]
    public void Costs_move_the_threshold_from_one_end_to_the_other()
    {
        var dear = ThresholdFinder.Find(s_scores, s_labels, OperatingPoint.Cost(1000, 1));
        var cheap = ThresholdFinder.Find(s_scores, s_labels, OperatingPoint.Cost(1, 1000));
        var rare = ThresholdFinder.Find(s_scores, s_labels, OperatingPoint.Cost(10, 1, prevalence: 1e-4));
        Assert.Equal(1, dear.Sensitivity.Value);
        Assert.Equal(1, cheap.Specificity.Value);
        Assert.Equal(1, rare.Specificity.Value);
    }

    [Fact]
    public void A_threshold_that_calls_all_rows_alike_is_warned_of()
    {
        // The only positive row has the lowest score: whoever calls it calls all.
        float[] scores = [1, 2, 3];
        int[] labels = [1, 0, 0];
        string[] Warnings(OperatingPoint rule) => [.. ThresholdFinder.Find(scores, labels, rule).Warnings.Where(warning => warning.Contains("called positive"))];
        Assert.Equal(["no validation row is called positive"], Warnings(OperatingPoint.Cost(1, 1000)));
        Assert.Equal(["every validation row is called positive"], Warnings(OperatingPoint.Cost(1000, 1)));
        labels = [0, 1, 1];
        Assert.Empty(Warnings(OperatingPoint.Youden()));
    }

    [Fact]
    public void No_other_threshold_does_better()
    {
        var random = new Random(3);
        for (var round = 0; round < 200; round++)
        {
            var count = random.Next(2, 30);
            var scores = Enumerable.Range(0, count).Select(_ => random.Next(8) / 2f - 2).ToArray();
            var labels = Enumerable.Range(0, count).Select(i => i < 2 ? i : random.Next(2)).ToArray();
            foreach (var rule in new[] { OperatingPoint.Youden(), OperatingPoint.AtSensitivity(0.8), OperatingPoint.AtSpecificity(0.7), OperatingPoint.Cost(3, 2) })
            {
                var report = ThresholdFinder.Find(scores, labels, rule);
                var (sensitivity, specificity, reached) = Measure(report.Threshold);
                Assert.Equal(report.Sensitivity.Value!.Value, sensitivity, 1e-12);
                Assert.Equal(report.Specificity.Value!.Value, specificity, 1e-12);
                var best = scores.Append(-100).Select(threshold => Measure(threshold).Utility).Max();
                Assert.Equal(best!.Value, reached!.Value, 1e-9);

                (double Sensitivity, double Specificity, double? Utility) Measure(float threshold)
                {
                    var positives = labels.Sum();
                    var found = scores.Zip(labels).Count(row => row.Second == 1 && row.First > threshold) / (double)positives;
                    var spared = scores.Zip(labels).Count(row => row.Second == 0 && row.First <= threshold) / (double)(count - positives);
                    return (found, spared, rule.Utility(found, spared, positives / (double)count));
                }
            }
        }
    }

    [Fact]
    public void Neighbouring_floats_are_told_apart()
    {
        var report = ThresholdFinder.Find([1f, MathF.BitIncrement(1f)], [0, 1], OperatingPoint.Youden());
        Assert.True(report.Threshold >= 1f && report.Threshold < MathF.BitIncrement(1f));
    }

    [Fact]
    public void Rows_of_one_class_are_refused()
    {
        Assert.Throws<CalibrationException>(() => ThresholdFinder.Find([1f, 2f], [1, 1], OperatingPoint.Youden()));
        Assert.Throws<CalibrationException>(() => ThresholdFinder.Find([], [], OperatingPoint.Youden()));
    }

    [Fact]
    public void Rules_check_their_numbers()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => OperatingPoint.AtSensitivity(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => OperatingPoint.AtSpecificity(1.01));
        Assert.Throws<ArgumentOutOfRangeException>(() => OperatingPoint.AtSensitivity(double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => OperatingPoint.Cost(0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => OperatingPoint.Cost(1, double.PositiveInfinity));
        Assert.Throws<ArgumentOutOfRangeException>(() => OperatingPoint.Cost(1, 1, prevalence: 1));
    }
}
