using TruncatedTL.MLNet.Evaluation;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Evaluation;

public class MultiLabelMetricsTests
{
    // Two findings; of the first, one label is unknown; the second is known to be absent everywhere.
    private static readonly float[] Logits = [2f, -1f, -3f, 1f, 0.5f, -2f, -0.5f, -1f];
    private static readonly int[] Labels = [1, 0, 0, 0, -1, 0, 1, 0];

    [Fact]
    public void Accuracy_counts_known_labels_only() =>
        // Finding 1: right, right, unknown, wrong; finding 2: right, wrong, right, right.
        Assert.Equal(5 / 7.0, MultiLabelMetrics.Accuracy(Logits, 2, Labels));

    [Fact]
    public void Ranking_is_the_mean_over_the_findings_where_it_is_defined()
    {
        Assert.Equal(1, MultiLabelMetrics.Auroc(Logits, 2, Labels));
        Assert.Equal(1, MultiLabelMetrics.AveragePrecision(Logits, 2, Labels));
        Assert.Equal((1 + 0.5) / 2, MultiLabelMetrics.Auroc([1f, 3f, 0f, 3f], 2, [1, 1, 0, 0]));
    }

    [Fact]
    public void Undefined_is_null()
    {
        Assert.Null(MultiLabelMetrics.Auroc([1f, 2f], 1, [1, 1]));
        Assert.Null(MultiLabelMetrics.AveragePrecision([1f, 2f], 1, [1, -1]));
        Assert.Null(MultiLabelMetrics.Accuracy([1f], 1, [-1]));
    }

    [Fact]
    public void Lengths_must_agree()
    {
        Assert.Throws<ArgumentException>(() => MultiLabelMetrics.Accuracy([1f, 2f], 2, [1]));
        Assert.Throws<ArgumentException>(() => MultiLabelMetrics.Auroc([1f, 2f, 3f], 2, [1, 0, 1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => MultiLabelMetrics.Auroc([], 0, []));
    }
}
