using System.Globalization;
using System.Text;

namespace TruncatedTL.MLNet.Splitting;

/// <summary>Which row belongs to which part: every row to exactly one.</summary>
public sealed class RowPartition
{
    private readonly int[] _partOfRow;

    internal RowPartition(
        int[] partOfRow,
        IReadOnlyList<string> partNames,
        IReadOnlyList<string> classNames,
        IReadOnlyList<IReadOnlyList<int>> rowCounts,
        IReadOnlyList<int> groupCounts,
        IReadOnlyList<MissingClass> missingClasses)
    {
        _partOfRow = partOfRow;
        PartNames = partNames;
        ClassNames = classNames;
        RowCounts = rowCounts;
        GroupCounts = groupCounts;
        MissingClasses = missingClasses;
    }

    /// <summary>The part of each row.</summary>
    public IReadOnlyList<int> PartOfRow => _partOfRow;

    /// <summary>Name of each part.</summary>
    public IReadOnlyList<string> PartNames { get; }

    /// <summary>Name of each class.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>Rows of each class (second index) in each part (first index).</summary>
    public IReadOnlyList<IReadOnlyList<int>> RowCounts { get; }

    /// <summary>Groups (patients) in each part; without groups, rows.</summary>
    public IReadOnlyList<int> GroupCounts { get; }

    /// <summary>The gaps: a class that has rows, but none in the part. Empty unless <see cref="Splitting.MissingClasses.Report"/> was chosen.</summary>
    public IReadOnlyList<MissingClass> MissingClasses { get; }

    /// <summary>The rows of a part, ascending.</summary>
    /// <param name="part">Index of the part.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such part.</exception>
    public int[] RowsOf(int part) => Rows(part, inside: true);

    /// <summary>The rows of all other parts, ascending: what a fold's model is trained on.</summary>
    /// <param name="part">Index of the part.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such part.</exception>
    public int[] RowsOutside(int part) => Rows(part, inside: false);

    /// <summary>One line per part: its groups, rows, and rows of each class.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        for (var part = 0; part < PartNames.Count; part++)
        {
            var classes = ClassNames.Zip(RowCounts[part], (name, count) => $"{name} {count.ToString(CultureInfo.InvariantCulture)}");
            text.AppendLine(CultureInfo.InvariantCulture, $"{PartNames[part]}: {GroupCounts[part]} groups, {RowCounts[part].Sum()} rows ({string.Join(", ", classes)})");
        }

        return text.ToString().TrimEnd();
    }

    private int[] Rows(int part, bool inside)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(part);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(part, PartNames.Count);
        return Enumerable.Range(0, _partOfRow.Length).Where(row => (_partOfRow[row] == part) == inside).ToArray();
    }
}
