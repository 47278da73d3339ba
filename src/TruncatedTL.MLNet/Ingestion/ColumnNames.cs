using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace TruncatedTL.MLNet.Ingestion;

/// <summary>Reads the names that ML.NET keeps beside a column.</summary>
internal static class ColumnNames
{
    /// <summary>Names of the slots of a vector column; null where there are none or not one for each.</summary>
    public static string[]? SlotNames(DataViewSchema.Column column) =>
        column.Annotations.Schema.GetColumnOrNull("SlotNames") is { Type: VectorDataViewType { ItemType: TextDataViewType } } annotation
            ? Texts<ReadOnlyMemory<char>>(column, annotation)
            : null;

    /// <summary>The values of a key column as text; null where there are none or not one for each.</summary>
    public static string[]? KeyValues(DataViewSchema.Column column)
    {
        if (column.Annotations.Schema.GetColumnOrNull("KeyValues") is not { Type: VectorDataViewType type } annotation)
        {
            return null;
        }

        return type.ItemType switch
        {
            TextDataViewType => Texts<ReadOnlyMemory<char>>(column, annotation),
            NumberDataViewType { RawType: var raw } when raw == typeof(float) => Texts<float>(column, annotation),
            NumberDataViewType { RawType: var raw } when raw == typeof(double) => Texts<double>(column, annotation),
            NumberDataViewType { RawType: var raw } when raw == typeof(int) => Texts<int>(column, annotation),
            NumberDataViewType { RawType: var raw } when raw == typeof(long) => Texts<long>(column, annotation),
            NumberDataViewType { RawType: var raw } when raw == typeof(uint) => Texts<uint>(column, annotation),
            NumberDataViewType { RawType: var raw } when raw == typeof(byte) => Texts<byte>(column, annotation),
            _ => null,
        };
    }

    // Names that are empty or equal tell nothing apart.
    private static string[]? Texts<T>(DataViewSchema.Column column, DataViewSchema.Column annotation)
    {
        VBuffer<T> values = default;
        column.Annotations.GetValue(annotation.Name, ref values);
        var texts = values.DenseValues().Select(value => Convert.ToString(value, CultureInfo.InvariantCulture) ?? string.Empty).ToArray();
        return texts.Length > 0 && !texts.Any(string.IsNullOrWhiteSpace) && texts.Distinct(StringComparer.Ordinal).Count() == texts.Length ? texts : null;
    }
}
