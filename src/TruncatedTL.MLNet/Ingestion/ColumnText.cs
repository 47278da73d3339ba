using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace TruncatedTL.MLNet.Ingestion;

/// <summary>
/// Reads a text, key, integer or Boolean column as text. Keys become the values that they stand for, because two views may number
/// the same values differently.
/// </summary>
internal static class ColumnText
{
    /// <summary>A column by its name.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is none; the message is worded as ML.NET's own.</exception>
    public static DataViewSchema.Column Find(IDataView view, string role, string name)
    {
        ArgumentNullException.ThrowIfNull(view);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return view.Schema.GetColumnOrNull(name) ?? throw new ArgumentOutOfRangeException("inputSchema", $"Could not find {role} column '{name}'");
    }

    /// <summary>Whether the column can be read.</summary>
    public static bool CanRead(DataViewType type) =>
        type is TextDataViewType or BooleanDataViewType or KeyDataViewType
        || (type is NumberDataViewType && type != NumberDataViewType.Single && type != NumberDataViewType.Double);

    /// <summary>All values; null for missing ones.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The column is of another type.</exception>
    public static string?[] ReadAll(IDataView view, string role, string name)
    {
        var column = Find(view, role, name);
        var values = new List<string?>();
        using var cursor = view.GetRowCursor([column]);
        var read = Getter(cursor, role, column);
        while (cursor.MoveNext())
        {
            values.Add(read());
        }

        return [.. values];
    }

    /// <summary>A getter of the current row's value; null for a missing one.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The column is of another type.</exception>
    public static Func<string?> Getter(DataViewRow row, string role, DataViewSchema.Column column)
    {
        var type = column.Type;
        return type switch
        {
            TextDataViewType => Text(),
            BooleanDataViewType => Plain<bool>(),
            KeyDataViewType when type.RawType == typeof(byte) => Key<byte>(),
            KeyDataViewType when type.RawType == typeof(ushort) => Key<ushort>(),
            KeyDataViewType when type.RawType == typeof(uint) => Key<uint>(),
            KeyDataViewType when type.RawType == typeof(ulong) => Key<ulong>(),
            NumberDataViewType when type.RawType == typeof(sbyte) => Plain<sbyte>(),
            NumberDataViewType when type.RawType == typeof(byte) => Plain<byte>(),
            NumberDataViewType when type.RawType == typeof(short) => Plain<short>(),
            NumberDataViewType when type.RawType == typeof(ushort) => Plain<ushort>(),
            NumberDataViewType when type.RawType == typeof(int) => Plain<int>(),
            NumberDataViewType when type.RawType == typeof(uint) => Plain<uint>(),
            NumberDataViewType when type.RawType == typeof(long) => Plain<long>(),
            NumberDataViewType when type.RawType == typeof(ulong) => Plain<ulong>(),
            _ => throw new ArgumentOutOfRangeException("inputSchema", $"Schema mismatch for {role} column '{column.Name}': expected text, a key, an integer or Boolean, got {type}"),
        };

        Func<string?> Text()
        {
            var getter = row.GetGetter<ReadOnlyMemory<char>>(column);
            ReadOnlyMemory<char> value = default;
            return () =>
            {
                getter(ref value);
                return value.Span.IsWhiteSpace() ? null : value.ToString();
            };
        }

        Func<string?> Plain<T>()
            where T : IConvertible
        {
            var getter = row.GetGetter<T>(column);
            return () =>
            {
                T value = default!;
                getter(ref value);
                return value.ToString(CultureInfo.InvariantCulture);
            };
        }

        Func<string?> Key<T>()
            where T : IConvertible
        {
            var getter = row.GetGetter<T>(column);
            var names = KeyNames(column);
            return () =>
            {
                T value = default!;
                getter(ref value);
                var key = value.ToUInt64(CultureInfo.InvariantCulture);
                return key == 0 ? null : key <= (ulong)names.Length ? names[key - 1] : key.ToString(CultureInfo.InvariantCulture);
            };
        }
    }

    // The values that a key column stands for; empty where it does not say.
    private static string[] KeyNames(DataViewSchema.Column column)
    {
        var type = (column.Annotations.Schema.GetColumnOrNull("KeyValues")?.Type as VectorDataViewType)?.ItemType.RawType;
        return type == typeof(ReadOnlyMemory<char>) ? Names<ReadOnlyMemory<char>>()
            : type == typeof(bool) ? Names<bool>()
            : type == typeof(sbyte) ? Names<sbyte>()
            : type == typeof(byte) ? Names<byte>()
            : type == typeof(short) ? Names<short>()
            : type == typeof(ushort) ? Names<ushort>()
            : type == typeof(int) ? Names<int>()
            : type == typeof(uint) ? Names<uint>()
            : type == typeof(long) ? Names<long>()
            : type == typeof(ulong) ? Names<ulong>()
            : type == typeof(float) ? Names<float>()
            : type == typeof(double) ? Names<double>()
            : [];

        string[] Names<T>()
        {
            VBuffer<T> values = default;
            column.GetKeyValues(ref values);
            return values.DenseValues().Select(value => string.Create(CultureInfo.InvariantCulture, $"{value}")).ToArray();
        }
    }
}
