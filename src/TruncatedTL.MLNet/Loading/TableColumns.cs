namespace TruncatedTL.MLNet.Loading;

/// <summary>A table with named columns, in memory.</summary>
internal sealed class TableColumns
{
    private readonly IReadOnlyList<(int Line, string[] Fields)> _records;

    private TableColumns(string path, IReadOnlyList<(int Line, string[] Fields)> records)
    {
        Path = path;
        _records = records;
    }

    /// <summary>The table, as a full path.</summary>
    public string Path { get; }

    /// <summary>Rows below the header.</summary>
    public int Count => _records.Count - 1;

    /// <summary>Reads a table.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="ImageTableException">The table is damaged or has no row.</exception>
    public static TableColumns Read(string path, char? separator)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var full = System.IO.Path.GetFullPath(path);
        var records = DelimitedText.Read(full, separator);
        return records.Count > 1
            ? new TableColumns(full, records)
            : throw new ImageTableException(full, line: null, records.Count == 0 ? "the table is empty" : "the table has a header and no row");
    }

    /// <summary>Line of a row, for messages.</summary>
    public int LineOf(int row) => _records[row + 1].Line;

    /// <summary>Number of the column with this header.</summary>
    /// <exception cref="ImageTableException">There is none, or several.</exception>
    public int Find(string header)
    {
        var headers = _records[0].Fields;
        var found = Array.FindAll([.. Enumerable.Range(0, headers.Length)], i => headers[i].Trim() == header);
        return found.Length switch
        {
            1 => found[0],
            0 => throw new ImageTableException(Path, _records[0].Line, $"there is no column '{header}'; the columns are {string.Join(", ", headers.Select(h => $"'{h.Trim()}'"))}"),
            _ => throw new ImageTableException(Path, _records[0].Line, $"there are {found.Length} columns '{header}'"),
        };
    }

    /// <summary>A field without blanks around it.</summary>
    /// <exception cref="ImageTableException">It is empty.</exception>
    public string Require(int row, int column)
    {
        var text = _records[row + 1].Fields[column].Trim();
        return text.Length > 0 ? text : throw new ImageTableException(Path, LineOf(row), $"the field of column '{_records[0].Fields[column].Trim()}' is empty");
    }
}
