namespace TruncatedTL.MLNet.Probing;

/// <summary>Features of images, row-major [rows, columns]: an image a row, a channel a column.</summary>
internal sealed class FeatureMatrix
{
    /// <summary>Wraps values; they are not copied.</summary>
    /// <param name="values">Values, row-major [rows, columns].</param>
    /// <param name="columns">Number of columns, at least 1.</param>
    /// <exception cref="ArgumentException">The values do not fill whole rows.</exception>
    public FeatureMatrix(float[] values, int columns)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        if (values.Length % columns != 0)
        {
            throw new ArgumentException($"{values.Length} values do not fill rows of {columns}.", nameof(values));
        }

        Values = values;
        Columns = columns;
    }

    public float[] Values { get; }

    public int Rows => Values.Length / Columns;

    public int Columns { get; }
}
