using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace TruncatedTL.MLNet.Ingestion;

/// <summary>Collects an optional column of group (patient) identifiers as text while a cursor moves. A missing one reads as empty text.</summary>
internal sealed class GroupReader
{
    private readonly DataViewSchema.Column? _column;
    private readonly List<string> _values = [];
    private Func<string>? _getter;

    /// <param name="data">The view.</param>
    /// <param name="name">Name of the column; null where there is none to read.</param>
    /// <exception cref="ArgumentOutOfRangeException">The column is missing or of another type.</exception>
    public GroupReader(IDataView data, string? name)
    {
        if (name is null)
        {
            return;
        }

        var column = RequiredColumn.Find(data, name, "group");
        _column = IsReadable(column.Type) ? column : throw RequiredColumn.Mismatch(column, "group", "text, a key of UInt32 or an integer of 32 or 64 bits");
    }

    /// <summary>The columns that the cursor must have.</summary>
    public DataViewSchema.Column[] Columns => _column is { } column ? [column] : [];

    /// <summary>What was read; null where there is no column.</summary>
    public IReadOnlyList<string>? Values => _column is null ? null : _values;

    /// <summary>Reads from this cursor from now on.</summary>
    public void Open(DataViewRow row) => _getter = _column is not { } column ? null : column.Type switch
    {
        TextDataViewType => Getter<ReadOnlyMemory<char>>(row, column, value => value.ToString()),

        // Key 0 is a missing value.
        KeyDataViewType => Getter<uint>(row, column, value => value == 0 ? string.Empty : Invariant(value)),
        NumberDataViewType { RawType: var raw } when raw == typeof(int) => Getter<int>(row, column, value => Invariant(value)),
        NumberDataViewType { RawType: var raw } when raw == typeof(uint) => Getter<uint>(row, column, value => Invariant(value)),
        NumberDataViewType { RawType: var raw } when raw == typeof(ulong) => Getter<ulong>(row, column, value => Invariant(value)),
        _ => Getter<long>(row, column, value => Invariant(value)),
    };

    /// <summary>Reads the cursor's row.</summary>
    public void ReadRow()
    {
        if (_getter is not null)
        {
            _values.Add(_getter());
        }
    }

    private static bool IsReadable(DataViewType type) => type switch
    {
        TextDataViewType => true,
        KeyDataViewType key => key.RawType == typeof(uint),
        NumberDataViewType number => number.RawType == typeof(int) || number.RawType == typeof(uint) || number.RawType == typeof(long) || number.RawType == typeof(ulong),
        _ => false,
    };

    private static Func<string> Getter<T>(DataViewRow row, DataViewSchema.Column column, Func<T, string> toText)
    {
        var getter = row.GetGetter<T>(column);
        return () =>
        {
            T value = default!;
            getter(ref value);
            return toText(value);
        };
    }

    private static string Invariant(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);
}
