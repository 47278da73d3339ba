using Microsoft.ML;
using Microsoft.ML.Data;

namespace TruncatedTL.MLNet.Ingestion;

/// <summary>Collects an optional column of single-precision numbers while a cursor moves.</summary>
internal sealed class SingleColumn
{
    private readonly DataViewSchema.Column? _column;
    private readonly List<double> _values = [];
    private ValueGetter<float>? _getter;

    /// <param name="data">The view.</param>
    /// <param name="name">Name of the column; null where there is none to read.</param>
    /// <param name="purpose">What it is for, for messages.</param>
    /// <exception cref="ArgumentOutOfRangeException">The column is missing or of another type.</exception>
    public SingleColumn(IDataView data, string? name, string purpose)
    {
        if (name is null)
        {
            return;
        }

        var column = RequiredColumn.Find(data, name, purpose);
        _column = column.Type is NumberDataViewType { RawType: var raw } && raw == typeof(float)
            ? column
            : throw RequiredColumn.Mismatch(column, purpose, "Single");
    }

    /// <summary>The columns that the cursor must have.</summary>
    public DataViewSchema.Column[] Columns => _column is { } column ? [column] : [];

    /// <summary>What was read; null where there is no column.</summary>
    public IReadOnlyList<double>? Values => _column is null ? null : _values;

    /// <summary>Reads from this cursor from now on.</summary>
    public void Open(DataViewRow row) => _getter = _column is { } column ? row.GetGetter<float>(column) : null;

    /// <summary>Reads the cursor's row.</summary>
    public void ReadRow()
    {
        if (_getter is not null)
        {
            var value = 0f;
            _getter(ref value);
            _values.Add(value);
        }
    }
}
