using Microsoft.ML;

namespace TruncatedTL.MLNet.Ingestion;

/// <summary>Finds columns of a view, and words what is wrong with them as ML.NET does.</summary>
internal static class RequiredColumn
{
    /// <summary>The column of that name.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is none.</exception>
    public static DataViewSchema.Column Find(IDataView data, string name, string purpose)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return data.Schema.GetColumnOrNull(name) ?? throw new ArgumentOutOfRangeException(nameof(data), $"Could not find {purpose} column '{name}'");
    }

    /// <summary>The exception for a column of the wrong type.</summary>
    public static ArgumentOutOfRangeException Mismatch(DataViewSchema.Column column, string purpose, string expected) =>
        new("data", $"Schema mismatch for {purpose} column '{column.Name}': expected {expected}, got {column.Type}");
}
