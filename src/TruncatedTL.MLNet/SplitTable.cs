using System.Text;
using Microsoft.ML;
using TruncatedTL.MLNet.Files;
using TruncatedTL.MLNet.Ingestion;

namespace TruncatedTL.MLNet;

/// <summary>Writes a split as a table that <c>LoadImagesFromTable</c> reads again: <c>mlContext.Data.SaveSplitTable(...)</c>.</summary>
public static class SplitTable
{
    private static readonly char[] Special = ['"', ',', '\n', '\r'];

    /// <summary>Writes one row per image: path, label, patient where a column names it, and split (<c>train</c>, <c>validation</c> or <c>test</c>).</summary>
    /// <param name="catalog"><c>mlContext.Data</c>.</param>
    /// <param name="split">The parts.</param>
    /// <param name="path">The table, comma separated; an existing one is replaced when the new one is complete. Paths of images below its folder are written relative to it.</param>
    /// <param name="labelColumnName">Name of the label column. Default: <c>Label</c>.</param>
    /// <param name="imagePathColumnName">Name of the column of full paths. Default: <c>ImagePath</c>.</param>
    /// <param name="groupColumnName">
    /// Name of the column with the patient; null (default) writes none. What stands in the column is written: from this library's loaders a pseudonym.
    /// </param>
    /// <exception cref="ArgumentException">A column is missing or of another type.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void SaveSplitTable(
        this DataOperationsCatalog catalog,
        TrainValidationTestData split,
        string path,
        string labelColumnName = "Label",
        string imagePathColumnName = "ImagePath",
        string? groupColumnName = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(split);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var text = new StringBuilder(groupColumnName is null ? "path,label,split\n" : "path,label,patient,split\n");
        foreach (var (name, rows) in new[] { ("train", split.TrainSet), ("validation", split.ValidationSet), ("test", split.TestSet) })
        {
            if (rows is null)
            {
                continue;
            }

            var names = ClassNameAnnotation.Read(ColumnText.Find(rows, "label", labelColumnName));
            var labels = ColumnText.ReadAll(rows, "label", labelColumnName);
            var paths = ColumnText.ReadAll(rows, "path", imagePathColumnName);
            var groups = groupColumnName is null ? null : ColumnText.ReadAll(rows, "group", groupColumnName);
            for (var row = 0; row < labels.Length; row++)
            {
                var label = names is null ? labels[row] : names[labels[row] == bool.TrueString ? 1 : 0];
                string?[] fields = groups is null ? [Relative(folder, paths[row]), label, name] : [Relative(folder, paths[row]), label, groups[row], name];
                text.AppendJoin(',', fields.Select(Quoted)).Append('\n');
            }
        }

        Directory.CreateDirectory(folder);
        AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text.ToString())));
    }

    private static string? Relative(string folder, string? path)
    {
        if (path is null || !Path.IsPathRooted(path))
        {
            return path;
        }

        var relative = Path.GetRelativePath(folder, path);
        return relative.StartsWith("..", StringComparison.Ordinal) ? path : relative;
    }

    private static string Quoted(string? field) => field is null ? string.Empty
        : field.IndexOfAny(Special) < 0 ? field
        : $"\"{field.Replace("\"", "\"\"")}\"";
}
