using TruncatedTL.MLNet.Evaluation;
using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Probing;

/// <summary>
/// Labels as the columns that scores regress on. Two classes that occur have one column, for the higher class; more have one
/// each. Classes without a row have none.
/// </summary>
internal sealed class ClassTargets
{
    private readonly int[] _labels;

    /// <summary>Creates the columns.</summary>
    /// <param name="labels">Class index per row.</param>
    public ClassTargets(ReadOnlySpan<int> labels)
    {
        _labels = labels.ToArray();
        var present = _labels.Distinct().Order().ToArray();
        Classes = present.Length <= 2 ? present[Math.Min(1, present.Length)..] : present;
    }

    /// <summary>The class that each column stands for; empty where fewer than two classes occur.</summary>
    public IReadOnlyList<int> Classes { get; }

    public IReadOnlyList<int> Labels => _labels;

    /// <summary>One where the row is of the column's class, else minus one, [rows, columns].</summary>
    public Tensor ToTensor()
    {
        var values = new double[_labels.Length * Classes.Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = _labels[i / Classes.Count] == Classes[i % Classes.Count] ? 1 : -1;
        }

        using var flat = tensor(values);
        return flat.reshape(_labels.Length, Classes.Count);
    }

    /// <summary>Area under the ROC curve of one column over some rows; null where the rows are all or none of its class.</summary>
    /// <param name="scores">Row-major [rows, columns], for all rows that <paramref name="labels"/> has.</param>
    /// <param name="column">The column.</param>
    /// <param name="labels">Class index per row.</param>
    /// <param name="rows">The rows that count.</param>
    public double? Auroc(double[] scores, int column, IReadOnlyList<int> labels, IReadOnlyList<int> rows) => RankingMetrics.Auroc(
        rows.Select(row => scores[(row * Classes.Count) + column]).ToArray(),
        rows.Select(row => labels[row] == Classes[column]).ToArray());

    /// <summary>The mean of the values that are defined; null if none is.</summary>
    public static double? Mean(IEnumerable<double?> values)
    {
        var defined = values.OfType<double>().ToArray();
        return defined.Length > 0 ? defined.Average() : null;
    }
}
