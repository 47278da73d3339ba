using TruncatedTL.MLNet.Splitting;

namespace TruncatedTL.MLNet.Tests.Splitting;

/// <summary>How well a split keeps the shares of the classes, computed without the library.</summary>
internal static class Balance
{
    /// <summary>scikit-learn's criterion: the standard deviation over parts of each class's share, averaged over classes.</summary>
    public static double MeanDeviation(IReadOnlyList<int> labels, IReadOnlyList<int> parts, int partCount) =>
        labels.Distinct().Average(label =>
        {
            var shares = Shares(labels, parts, partCount, label);
            var mean = shares.Average();
            return Math.Sqrt(shares.Average(share => (share - mean) * (share - mean)));
        });

    /// <summary>The largest distance, in rows, of a class's count in a part from its ideal.</summary>
    public static double WorstRows(IReadOnlyList<int> labels, IReadOnlyList<int> parts, IReadOnlyList<double> fractions, int label)
    {
        var all = labels.Count(l => l == label);
        return fractions.Select((fraction, part) => Math.Abs(Count(labels, parts, label, part) - fraction * all)).Max();
    }

    /// <summary>The most rows of a class in one group.</summary>
    public static int LargestGroup(IReadOnlyList<int> labels, IReadOnlyList<string> groups, int label) =>
        groups.Where((_, row) => labels[row] == label).GroupBy(group => group).Max(group => group.Count());

    public static int Count(IReadOnlyList<int> labels, IReadOnlyList<int> parts, int label, int part) =>
        Enumerable.Range(0, labels.Count).Count(row => labels[row] == label && parts[row] == part);

    public static bool KeepsGroupsTogether(RowPartition partition, IReadOnlyList<string> groups) =>
        groups.Zip(partition.PartOfRow).GroupBy(pair => pair.First).All(group => group.Select(pair => pair.Second).Distinct().Count() == 1);

    private static double[] Shares(IReadOnlyList<int> labels, IReadOnlyList<int> parts, int partCount, int label)
    {
        var all = labels.Count(l => l == label);
        return Enumerable.Range(0, partCount).Select(part => Count(labels, parts, label, part) / (double)all).ToArray();
    }
}
