using FsCheck;
using FsCheck.Xunit;
using TruncatedTL.MLNet.Evaluation;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Evaluation;

public class RankingMetricsTests
{
    [Property(MaxTest = 300)]
    public void Auroc_IsTheShareOfPairsInOrder(NonEmptyArray<(byte Score, bool IsPositive)> examples)
    {
        var (scores, labels) = Split(examples.Get);

        Assert.Equal(PairwiseAuroc(scores, labels), RankingMetrics.Auroc(scores, labels), Approximately);
    }

    [Property(MaxTest = 300)]
    public void AveragePrecision_IsTheMeanPrecisionAtThePositives(NonEmptyArray<(byte Score, bool IsPositive)> examples)
    {
        var (scores, labels) = Split(examples.Get);

        Assert.Equal(BruteAveragePrecision(scores, labels), RankingMetrics.AveragePrecision(scores, labels), Approximately);
    }

    [Property(MaxTest = 100)]
    public void Auroc_OfReversedScores_IsTheComplement(NonEmptyArray<(byte Score, bool IsPositive)> examples)
    {
        var (scores, labels) = Split(examples.Get);
        var reversed = scores.Select(score => -score).ToArray();

        Assert.Equal(1 - RankingMetrics.Auroc(scores, labels), RankingMetrics.Auroc(reversed, labels), Approximately);
    }

    [Fact]
    public void PublishedExample()
    {
        // The example of scikit-learn's documentation of average_precision_score and roc_auc_score.
        double[] scores = [0.1, 0.4, 0.35, 0.8];
        bool[] labels = [false, false, true, true];

        Assert.Equal(0.75, RankingMetrics.Auroc(scores, labels));
        Assert.Equal(0.8333, RankingMetrics.AveragePrecision(scores, labels)!.Value, 4);
    }

    [Fact]
    public void AllTied_GivesChance()
    {
        double[] scores = [3, 3, 3, 3];
        bool[] labels = [true, false, false, false];

        Assert.Equal(0.5, RankingMetrics.Auroc(scores, labels));
        Assert.Equal(0.25, RankingMetrics.AveragePrecision(scores, labels));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void OneClassOnly_IsUndefined(bool label)
    {
        Assert.Null(RankingMetrics.Auroc([1, 2], [label, label]));
        Assert.Null(RankingMetrics.AveragePrecision([1, 2], [label, label]));
    }

    [Fact]
    public void NoExamples_IsUndefined()
    {
        Assert.Null(RankingMetrics.Auroc([], []));
        Assert.Null(RankingMetrics.AveragePrecision([], []));
    }

    [Fact]
    public void Macro_IsTheMeanOverClasses()
    {
        var random = new System.Random(5);
        var labels = Enumerable.Range(0, 40).Select(_ => random.Next(3)).ToArray();
        var scores = Enumerable.Range(0, 120).Select(_ => random.NextDouble()).ToArray();
        var expected = Enumerable.Range(0, 3).Average(c => PairwiseAuroc(
            Enumerable.Range(0, 40).Select(i => scores[i * 3 + c]).ToArray(),
            labels.Select(label => label == c).ToArray()));

        Assert.Equal(expected!.Value, RankingMetrics.MacroOneVersusRest(scores, 3, labels, RankingMetrics.Auroc)!.Value, 12);
    }

    [Fact]
    public void Macro_WithAnAbsentClass_IsUndefined() =>
        Assert.Null(RankingMetrics.MacroOneVersusRest([1, 0, 0, 0, 1, 0], 3, [0, 1], RankingMetrics.Auroc));

    [Fact]
    public void NaN_IsRefused() => Assert.Throws<ArgumentException>(() => RankingMetrics.Auroc([1, double.NaN], [true, false]));

    [Fact]
    public void LengthsThatDiffer_AreRefused()
    {
        Assert.Throws<ArgumentException>(() => RankingMetrics.Auroc([1, 2], [true]));
        Assert.Throws<ArgumentException>(() => RankingMetrics.MacroOneVersusRest([1, 2], 3, [0], RankingMetrics.Auroc));
    }

    private static bool Approximately(double? expected, double? actual) =>
        expected is null ? actual is null : actual is not null && Math.Abs(expected.Value - actual.Value) < 1e-12;

    // Few different scores, so that there are many ties.
    private static (double[] Scores, bool[] Labels) Split((byte Score, bool IsPositive)[] examples) =>
        (examples.Select(example => example.Score % 7 / 4.0).ToArray(), examples.Select(example => example.IsPositive).ToArray());

    private static double? PairwiseAuroc(double[] scores, bool[] labels)
    {
        var pairs = 0;
        var inOrder = 0.0;
        for (var p = 0; p < scores.Length; p++)
        {
            for (var n = 0; n < scores.Length; n++)
            {
                if (labels[p] && !labels[n])
                {
                    pairs++;
                    inOrder += scores[p] > scores[n] ? 1 : scores[p] == scores[n] ? 0.5 : 0;
                }
            }
        }

        return pairs == 0 ? null : inOrder / pairs;
    }

    private static double? BruteAveragePrecision(double[] scores, bool[] labels)
    {
        if (labels.All(label => label) || !labels.Any(label => label))
        {
            return null;
        }

        return Enumerable.Range(0, scores.Length).Where(i => labels[i]).Average(i =>
        {
            var called = Enumerable.Range(0, scores.Length).Where(j => scores[j] >= scores[i]).ToArray();
            return called.Count(j => labels[j]) / (double)called.Length;
        });
    }
}
