using TruncatedTL.MLNet.Evaluation;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Evaluation;

public class LogitMetricsTests
{
    [Fact]
    public void CrossEntropy_OfSoftmax_EqualsTheHandComputedValue()
    {
        // p = e^2 / (e^2 + e^0 + e^-1) = 0.843795, e^0 / ... = 0.114195
        float[] logits = [2, 0, -1, 2, 0, -1];

        var loss = LogitMetrics.CrossEntropy(logits, 3, [0, 1]);

        Assert.Equal(-(Math.Log(0.8437947) + Math.Log(0.1141952)) / 2, loss!.Value, 6);
    }

    [Fact]
    public void CrossEntropy_OfOneLogit_EqualsTwoLogitsAgainstZero()
    {
        float[] single = [1.5f, -0.5f, 3];
        float[] pair = [0, 1.5f, 0, -0.5f, 0, 3];
        int[] labels = [1, 1, 0];

        Assert.Equal(LogitMetrics.CrossEntropy(pair, 2, labels)!.Value, LogitMetrics.CrossEntropy(single, 1, labels)!.Value, 12);
    }

    [Fact]
    public void CrossEntropy_OfHugeLogits_IsFinite()
    {
        Assert.Equal(2000, LogitMetrics.CrossEntropy([-2000f], 1, [1])!.Value);
        Assert.Equal(2000, LogitMetrics.CrossEntropy([1000f, -1000f], 2, [1])!.Value);
    }

    [Fact]
    public void Accuracy_CountsTheMostProbableClass()
    {
        Assert.Equal(2 / 3.0, LogitMetrics.Accuracy([1, 2, 3, 2, 1, 0], 2, [1, 1, 0])!.Value, 12);
        Assert.Equal(0.5, LogitMetrics.Accuracy([0.1f, 0.2f], 1, [1, 0]));
        Assert.Equal(1.0, LogitMetrics.Accuracy([-0.1f, 0.2f], 1, [0, 1]));
    }

    [Fact]
    public void Auroc_OfConfidentPredictions_StillRanks()
    {
        // All probabilities of class 1 round to 1 in single precision.
        float[] logits = [0, 120, 0, 100, 0, 110];

        Assert.Equal(1.0, LogitMetrics.Auroc(logits, 2, [1, 0, 1]));
        Assert.Equal(1.0, LogitMetrics.Auroc([120, 100, 110], 1, [1, 0, 1]));
    }

    [Fact]
    public void Ranking_OfTwoOutputs_EqualsOneOutput()
    {
        var random = new Random(3);
        var labels = Enumerable.Range(0, 50).Select(i => i % 3 == 0 ? 1 : 0).ToArray();
        var single = labels.Select(label => (float)(random.NextDouble() + 0.3 * label)).ToArray();
        var pair = single.SelectMany(logit => new[] { 0.25f, logit + 0.25f }).ToArray();

        Assert.Equal(LogitMetrics.Auroc(single, 1, labels)!.Value, LogitMetrics.Auroc(pair, 2, labels)!.Value, 6);
    }

    [Fact]
    public void AveragePrecision_OfOneOutput_IsThatOfClassOne() =>
        Assert.Equal((1.0 + 2 / 3.0) / 2, LogitMetrics.AveragePrecision([3, 2, 1, 0], 1, [1, 0, 1, 0])!.Value, 12);

    [Fact]
    public void NoExamples_IsUndefined()
    {
        Assert.Null(LogitMetrics.Accuracy([], 2, []));
        Assert.Null(LogitMetrics.CrossEntropy([], 2, []));
        Assert.Null(LogitMetrics.Auroc([], 1, []));
    }

    [Fact]
    public void BadInput_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => LogitMetrics.Accuracy([1, 2, 3], 2, [0]));
        Assert.Throws<ArgumentException>(() => LogitMetrics.Accuracy([1, 2], 2, [2]));
        Assert.Throws<ArgumentException>(() => LogitMetrics.CrossEntropy([float.NaN, 2], 2, [0]));
        Assert.Throws<ArgumentException>(() => LogitMetrics.Auroc([float.PositiveInfinity, 2], 1, [0, 1]));
    }
}
