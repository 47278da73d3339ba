using Microsoft.ML;
using Microsoft.ML.Data;

namespace TruncatedTL.MLNet.Ingestion;

/// <summary>What a split needs of the rows: labels, groups and ids, in the order of the view.</summary>
/// <param name="Labels">Class index per row; -1 where the row has no label.</param>
/// <param name="ClassNames">Name of each class.</param>
/// <param name="Groups">Group per row, null where missing; null without a group column.</param>
/// <param name="Ids">The rows' ids.</param>
internal sealed record SplitColumns(int[] Labels, IReadOnlyList<string> ClassNames, string?[]? Groups, DataViewRowId[] Ids)
{
    /// <summary>Reads the columns in one pass; no image is touched.</summary>
    /// <param name="view">The rows.</param>
    /// <param name="labelColumnName">A Boolean, text or key column.</param>
    /// <param name="groupColumnName">A text, key or integer column, or null.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type.</exception>
    public static SplitColumns Read(IDataView view, string labelColumnName, string? groupColumnName)
    {
        var label = ColumnText.Find(view, "label", labelColumnName);
        if (label.Type is not (BooleanDataViewType or TextDataViewType or KeyDataViewType))
        {
            throw new ArgumentOutOfRangeException("inputSchema", $"Schema mismatch for label column '{label.Name}': expected Boolean, text or a key, got {label.Type}");
        }

        DataViewSchema.Column? group = groupColumnName is null ? null : ColumnText.Find(view, "group", groupColumnName);
        var labels = new List<string?>();
        var groups = group is null ? null : new List<string?>();
        var ids = new List<DataViewRowId>();
        using (var cursor = view.GetRowCursor(group is { } column ? [label, column] : [label]))
        {
            var readLabel = ColumnText.Getter(cursor, "label", label);
            var readGroup = group is { } present ? ColumnText.Getter(cursor, "group", present) : null;
            var readId = cursor.GetIdGetter();
            while (cursor.MoveNext())
            {
                labels.Add(readLabel());
                groups?.Add(readGroup!());
                DataViewRowId id = default;
                readId(ref id);
                ids.Add(id);
            }
        }

        var names = labels.OfType<string>().Distinct().Order(StringComparer.Ordinal).ToArray();
        var indices = names.Index().ToDictionary(pair => pair.Item, pair => pair.Index);
        var spoken = ClassNameAnnotation.Read(label);
        return new SplitColumns(
            [.. labels.Select(name => name is null ? -1 : indices[name])],
            spoken is null ? names : [.. names.Select(name => spoken[name == bool.TrueString ? 1 : 0])],
            groups is null ? null : [.. groups],
            [.. ids]);
    }

    /// <summary>Reads the ids of all rows, for views over some of them.</summary>
    public static DataViewRowId[] ReadIds(IDataView view)
    {
        var ids = new List<DataViewRowId>();
        using var cursor = view.GetRowCursor([]);
        var read = cursor.GetIdGetter();
        while (cursor.MoveNext())
        {
            DataViewRowId id = default;
            read(ref id);
            ids.Add(id);
        }

        return [.. ids];
    }
}
