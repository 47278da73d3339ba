namespace TruncatedTL.MLNet.Tool.Data;

/// <summary>Looks which columns a table has, before it is read.</summary>
internal static class TableHeader
{
    /// <summary>Whether a table has a column.</summary>
    public static bool Has(string path, string header)
    {
        using var reader = new StreamReader(path);
        return reader.ReadLine()?.Split(',', '\t').Any(field => field.Trim().Trim('"') == header) ?? false;
    }
}
