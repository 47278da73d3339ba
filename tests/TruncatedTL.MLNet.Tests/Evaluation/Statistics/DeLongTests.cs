using TruncatedTL.MLNet.Evaluation;
using TruncatedTL.MLNet.Evaluation.Statistics;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Evaluation.Statistics;

public class DeLongTests
{
    // Albumin, total protein, Kashiwagi-Ghosh (K-G) score and outcome of the 43 complete patients with ovarian cancer of DeLong, DeLong and
    // Clarke-Pearson (Biometrics 44:837, 1988), as printed in the SAS/STAT user's guide, PROC LOGISTIC, "Comparing Receiver Operating
    // Characteristic Curves".
    private const string Ovarian = """
        3.0 5.8 10 0  3.2 6.3 5 1  3.9 6.8 3 1  2.8 4.8 6 0  3.2 5.8 3 1  0.9 4.0 5 0  2.5 5.7 8 0  1.6 5.6 5 1
        3.8 5.7 5 1   3.7 6.7 6 1  3.2 5.4 4 1  3.8 6.6 6 1  4.1 6.6 5 1  3.6 5.7 5 1  4.3 7.0 4 1  3.6 6.7 4 0
        2.3 4.4 6 1   4.2 7.6 4 0  4.0 6.6 6 0  3.5 5.8 6 1  3.8 6.8 7 1  3.0 4.7 8 0  4.5 7.4 5 1  3.7 7.4 5 1
        3.1 6.6 6 1   4.1 8.2 6 1  4.3 7.0 5 1  4.3 6.5 4 1  3.2 5.1 5 1  2.6 4.7 6 1  3.3 6.8 6 0  1.7 4.0 7 0
        3.7 6.1 5 1   3.3 6.3 7 1  4.2 7.7 6 1  3.5 6.2 5 1  2.9 5.7 9 0  2.1 4.8 7 1  2.8 6.2 8 0  4.0 7.0 7 1
        3.3 5.7 6 1   3.7 6.9 5 1  3.6 6.6 5 1
        """;

    [Theory]
    [InlineData(0, 0.7366, 0.0927)]
    [InlineData(1, 0.6478, 0.1000)]
    [InlineData(2, 0.7258, 0.1028)]
    public void Areas_and_errors_equal_the_published_ones(int test, double area, double error)
    {
        var placements = OvarianTest(test);
        Assert.Equal(area, Math.Round(placements.Area, 4));
        Assert.Equal(error, Math.Round(Math.Sqrt(DeLongPlacements.Covariance(placements, placements)!.Value), 4));
    }

    [Theory]
    [InlineData(0, 0.0108, 0.0953, 0.9102)]
    [InlineData(1, -0.0780, 0.1046, 0.4561)]
    public void The_paired_test_equals_the_published_one(int test, double difference, double error, double p)
    {
        var result = ComparisonTest.DeLong(OvarianTest(test), OvarianTest(2), 0.95);
        Assert.Equal(difference, Math.Round(result.Difference.Value!.Value, 4));
        Assert.Equal(p, Math.Round(result.PValue!.Value, 4));
        var interval = result.Difference.Interval!;
        Assert.Equal(error, Math.Round((interval.Upper - interval.Lower) / (2 * 1.959963984540054), 4));
    }

    [Fact]
    public void Covariances_equal_the_brute_force_jackknife()
    {
        var random = new Random(4);
        for (var repeat = 0; repeat < 40; repeat++)
        {
            var n = random.Next(4, 40);
            var labels = Enumerable.Range(0, n).Select(i => i % 2 == 0 || random.Next(3) == 0).ToArray();
            labels[1] = labels[3] = false;

            // Few different scores, so that there are ties.
            double[] Draw() => [.. labels.Select(label => Math.Round(random.NextDouble() * 2 + (label ? 0.5 : 0), 1))];
            var (first, second) = (Draw(), Draw());
            var actual = DeLongPlacements.Covariance(DeLongPlacements.Of(first, labels)!, DeLongPlacements.Of(second, labels)!)!.Value;
            Assert.Equal(JackknifeCovariance(first, second, labels), actual, 1e-12);
            Assert.Equal(RankingMetrics.Auroc(first, labels)!.Value, DeLongPlacements.Of(first, labels)!.Area, 1e-12);
        }
    }

    [Fact]
    public void A_perfect_an_inverted_and_a_constant_ranking_still_have_an_interval()
    {
        bool[] labels = [false, false, false, false, true, true, true];
        double[] scores = [1, 2, 3, 4, 5, 6, 7];
        var perfect = DeLongPlacements.Of(scores, labels)!.Interval(0.95);
        var inverted = DeLongPlacements.Of([.. scores.Select(score => -score)], labels)!.Interval(0.95);
        var constant = DeLongPlacements.Of(new double[7], labels)!.Interval(0.95);
        Assert.All([perfect, inverted, constant], interval => Assert.Equal(IntervalMethod.Newcombe, interval.Method));
        Assert.Equal(1, perfect.Upper);
        Assert.InRange(perfect.Lower, 0.3, 0.8);
        Assert.Equal((0, 1 - perfect.Lower), (inverted.Lower, inverted.Upper));
        Assert.Equal(1, constant.Lower + constant.Upper, 12);
        Assert.True(constant.Upper - constant.Lower > 0.3);

        // By the definition of the bound: an area from which the perfect one is z errors away.
        var (area, balanced) = (perfect.Lower, 7 / 2.0 - 1);
        var variance = area * (1 - area) / 12 * (1 + balanced * ((1 - area) / (2 - area) + area / (1 + area)));
        Assert.Equal(1.959963984540054, (1 - area) / Math.Sqrt(variance), 6);
    }

    [Fact]
    public void A_single_positive_has_the_wide_interval_and_no_test()
    {
        bool[] labels = [false, false, true, false];
        var placements = DeLongPlacements.Of([1, 2, 3, 4], labels)!;
        Assert.Equal(IntervalMethod.Newcombe, placements.Interval(0.95).Method);
        Assert.Null(ComparisonTest.DeLong(placements, placements, 0.95).PValue);
    }

    // 2,000 simulated sets of 200 rows, scores of two normal distributions: the interval must hold the true area in 93 to 97 of 100.
    [Theory]
    [InlineData(100, 0.5)]
    [InlineData(100, 1.5)]
    [InlineData(40, 1.0)]
    [InlineData(30, 1.5)]
    public void The_interval_covers_its_level(int positives, double distance)
    {
        const int Sets = 2000;
        const int Rows = 200;
        var area = Distributions.NormalCdf(distance / Math.Sqrt(2));
        var labels = Enumerable.Range(0, Rows).Select(i => i < positives).ToArray();
        var random = new Random(positives);
        var covered = 0;
        for (var set = 0; set < Sets; set++)
        {
            var scores = Array.ConvertAll(labels, label => Normal(random) + (label ? distance : 0));
            var interval = DeLongPlacements.Of(scores, labels)!.Interval(0.95);
            covered += interval.Lower <= area && area <= interval.Upper ? 1 : 0;
        }

        Assert.InRange(covered / (double)Sets, 0.93, 0.97);
    }

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    private static DeLongPlacements OvarianTest(int test)
    {
        var numbers = Ovarian.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(double.Parse).Chunk(4).ToArray();

        // A low K-G score is the good one.
        return DeLongPlacements.Of([.. numbers.Select(row => test == 2 ? 10 - row[2] : row[test])], [.. numbers.Select(row => row[3] == 1)])!;
    }

    // Leaves out each positive, then each negative.
    private static double JackknifeCovariance(double[] first, double[] second, bool[] labels)
    {
        var covariance = 0.0;
        foreach (var kind in new[] { true, false })
        {
            var own = Enumerable.Range(0, labels.Length).Where(i => labels[i] == kind).ToArray();
            var left = own.Select(skipped => (First: PairwiseArea(first, labels, skipped), Second: PairwiseArea(second, labels, skipped))).ToArray();
            var (meanOfFirst, meanOfSecond) = (left.Average(pair => pair.First), left.Average(pair => pair.Second));
            covariance += (own.Length - 1) / (double)own.Length * left.Sum(pair => (pair.First - meanOfFirst) * (pair.Second - meanOfSecond));
        }

        return covariance;
    }

    private static double PairwiseArea(double[] scores, bool[] labels, int skipped)
    {
        var (sum, pairs) = (0.0, 0);
        for (var p = 0; p < labels.Length; p++)
        {
            for (var n = 0; n < labels.Length; n++)
            {
                if (p != skipped && n != skipped && labels[p] && !labels[n])
                {
                    sum += scores[p] > scores[n] ? 1 : scores[p] == scores[n] ? 0.5 : 0;
                    pairs++;
                }
            }
        }

        return sum / pairs;
    }
}
