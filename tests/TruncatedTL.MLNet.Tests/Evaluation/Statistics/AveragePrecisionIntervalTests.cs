using TruncatedTL.MLNet.Evaluation;
using TruncatedTL.MLNet.Evaluation.Statistics;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Evaluation.Statistics;

public class AveragePrecisionIntervalTests
{
    [Fact]
    public void The_ends_equal_those_found_by_hand()
    {
        // Ranks: + - + - . Precisions 1 and 2/3. Influence of the positives on them: 1 + 1/9 and 2/3 + 1/9; of the negatives: -2/9 and 0.
        // Left out: 1/2 and 1 of the positives, 1 and 5/6 of the negatives. The linear variances are 1/36 and 1/81, the jackknife's 1/16 and 1/144.
        const double Estimate = 5 / 6.0;
        var variance = 1 / 16.0 + 1 / 144.0;
        const double Centre = Estimate - ((0.75 - Estimate) + (11 / 12.0 - Estimate)) / 2;
        var degreesOfFreedom = variance * variance / (1 / 256.0 + 1 / 20736.0);
        var half = Distributions.TwoSidedStudent(0.95, degreesOfFreedom) * Math.Sqrt(variance) / (Centre * (1 - Centre));
        var logit = Math.Log(Centre / (1 - Centre));
        var interval = AveragePrecisionInterval.Of([4, 3, 2, 1], [true, false, true, false], 0.95).Interval!;
        Assert.Equal(1 / (1 + Math.Exp(half - logit)), interval.Lower, 12);
        Assert.Equal(1 / (1 + Math.Exp(-half - logit)), interval.Upper, 12);
        Assert.Equal((0.95, IntervalMethod.Logit), (interval.Level, interval.Method));
    }

    [Fact]
    public void The_interval_equals_that_of_rows_left_out_and_derivatives_taken_one_by_one()
    {
        var random = new Random(7);
        for (var repeat = 0; repeat < 40; repeat++)
        {
            var n = random.Next(6, 40);
            var labels = Enumerable.Range(0, n).Select(i => i is 0 or 1 || i > 3 && random.Next(3) == 0).ToArray();

            // Few different scores, so that there are ties.
            double[] scores = [.. labels.Select(label => Math.Round(random.NextDouble() * 2 + (label ? 0.5 : 0), 1))];
            var (interval, whyNot) = AveragePrecisionInterval.Of(scores, labels, 0.9);
            if (interval is null)
            {
                Assert.Equal("no interval: every positive is ranked above every negative", whyNot);
                Assert.Equal(1, RankingMetrics.AveragePrecision(scores, labels));
                continue;
            }

            var (lower, upper) = BruteForce(scores, labels, 0.9);
            Assert.Equal(lower, interval.Lower, 1e-6);
            Assert.Equal(upper, interval.Upper, 1e-6);
            Assert.InRange(RankingMetrics.AveragePrecision(scores, labels)!.Value, interval.Lower, interval.Upper);
        }
    }

    [Fact]
    public void Order_of_rows_and_scale_of_scores_do_not_matter_and_a_higher_level_is_wider()
    {
        bool[] labels = [true, false, true, false, false, true, false, false];
        double[] scores = [9, 8, 7, 7, 5, 4, 3, 3];
        var interval = AveragePrecisionInterval.Of(scores, labels, 0.95).Interval!;
        var reversed = AveragePrecisionInterval.Of([.. scores.Reverse().Select(Math.Exp)], [.. labels.Reverse()], 0.95).Interval!;
        Assert.Equal(interval.Lower, reversed.Lower, 12);
        Assert.Equal(interval.Upper, reversed.Upper, 12);
        var wider = AveragePrecisionInterval.Of(scores, labels, 0.99).Interval!;
        Assert.True(wider.Lower < interval.Lower && wider.Upper > interval.Upper);
        Assert.True(wider.Lower > 0 && wider.Upper < 1);
    }

    [Theory]
    [InlineData(20, 1.0, 0.2928)]
    [InlineData(50, 1.0, 0.5269)]
    public void Ninety_five_in_a_hundred_hold_the_true_value(int positives, double distance, double truth)
    {
        // True values as integrated by the benchmark `coverage`. Four standard errors of 1,000 sets are .028.
        var random = new Random(11);
        var labels = Enumerable.Range(0, 200).Select(i => i < positives).ToArray();
        var covered = 0;
        for (var set = 0; set < 1000; set++)
        {
            double[] scores = [.. labels.Select(label => Normal(random) + (label ? distance : 0))];
            var interval = AveragePrecisionInterval.Of(scores, labels, 0.95).Interval!;
            covered += interval.Lower <= truth && truth <= interval.Upper ? 1 : 0;
        }

        Assert.InRange(covered, 922, 978);
    }

    [Fact]
    public void With_patients_with_weights_and_with_trapezoids_it_is_the_bootstrap()
    {
        bool[] labels = [true, false, true, false, false, true, false, false];
        double[] scores = [.9, .8, .7, .65, .5, .4, .3, .2];
        IntervalMethod? Method(ScoredExamples examples, PrecisionRecallArea area = PrecisionRecallArea.AveragePrecision) =>
            MedicalEvaluator.EvaluateBinary(examples, new() { Resamples = 200, BootstrapInterval = BootstrapInterval.Percentile, PrecisionRecallArea = area })
                .AreaUnderPrecisionRecallCurve.Interval?.Method;
        var rows = ScoredExamples.Binary(labels, scores);
        Assert.Equal(IntervalMethod.Logit, Method(rows));
        Assert.Equal(IntervalMethod.BootstrapPercentile, Method(rows, PrecisionRecallArea.Trapezoid));
        Assert.Equal(IntervalMethod.BootstrapPercentile, Method(ScoredExamples.Binary(labels, scores, weights: [1, 1, 1, 1, 2, 1, 1, 1])));
        Assert.Equal(IntervalMethod.BootstrapPercentile, Method(ScoredExamples.Binary(labels, scores, groups: ["a", "a", "b", "b", "c", "d", "e", "f"])));
    }

    private static (double Lower, double Upper) BruteForce(double[] scores, bool[] labels, double level)
    {
        var estimate = RankingMetrics.AveragePrecision(scores, labels)!.Value;
        var (linear, jackknife, bias) = (new double[2], new double[2], 0.0);
        var counts = new double[2];
        for (var c = 0; c < 2; c++)
        {
            int[] rows = [.. Enumerable.Range(0, labels.Length).Where(i => labels[i] == (c == 1))];
            double n = counts[c] = rows.Length;
            var leftOut = rows.Select(row => RankingMetrics.AveragePrecision(
                [.. scores.Where((_, i) => i != row)], [.. labels.Where((_, i) => i != row)])!.Value).ToArray();
            jackknife[c] = leftOut.Sum(value => Math.Pow(value - leftOut.Average(), 2)) * (n - 1) / n;
            bias += (n - 1) * (leftOut.Average() - estimate);

            // Derivative of the figure by the weight of a row, the other rows of the class giving way.
            const double Step = 1e-4;
            var derivatives = rows.Select(row => n * (Weighted(scores, labels, row, Step) - Weighted(scores, labels, row, -Step)) / (2 * Step)).ToArray();
            linear[c] = derivatives.Sum(value => Math.Pow(value - derivatives.Average(), 2)) / (n - 1) / n;
        }

        var variances = jackknife.Sum() > linear.Sum() ? jackknife : linear;
        var variance = variances.Sum();
        var centre = Math.Clamp(estimate - bias / 2, estimate / 2, (1 + estimate) / 2);
        var degreesOfFreedom = variance * variance / (variances[0] * variances[0] / (counts[0] - 1) + variances[1] * variances[1] / (counts[1] - 1));
        var half = Distributions.TwoSidedStudent(level, degreesOfFreedom) * Math.Sqrt(variance) / (centre * (1 - centre));
        var logit = Math.Log(centre / (1 - centre));
        return (Math.Min(estimate, 1 / (1 + Math.Exp(half - logit))), Math.Max(estimate, 1 / (1 + Math.Exp(-half - logit))));
    }

    // Average precision in which the classes keep their weight as a whole.
    private static double Weighted(double[] scores, bool[] labels, int row, double step)
    {
        var weights = labels.Select((label, i) =>
        {
            double size = labels.Count(other => other == label);
            return label != labels[row] ? 1 : (1 + (i == row ? step : 0)) * size / (size + step);
        }).ToArray();
        return new RankedColumn(scores, labels).Areas(weights, PrecisionRecallArea.AveragePrecision).PrecisionRecall;
    }

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
