using TruncatedTL.MLNet.Data;
using TruncatedTL.MLNet.Imaging;

namespace TruncatedTL.MLNet.Loading;

/// <summary>Lists the rows of folders and tables.</summary>
internal static class ImageSources
{
    /// <summary>The files of one sub-folder per class, in any format that a reader claims.</summary>
    public static IReadOnlyList<ImageRowSource> OfFolder(string folder) =>
        [.. ImageFolder.Open(folder, ImageReaders.Suffixes).Files.Select(file => ImageRowSource.OfFile(file.Path, file.Label))];

    /// <summary>The rows of a table.</summary>
    /// <exception cref="ImageTableException">The table lacks a column or a field, or names a file twice.</exception>
    public static IReadOnlyList<ImageRowSource> OfTable(string path, ImageTableOptions options)
    {
        var table = TableColumns.Read(path, options.Separator);
        var folder = Path.GetDirectoryName(table.Path)!;
        var (pathColumn, labelColumn) = (table.Find(options.PathHeader), table.Find(options.LabelHeader));
        int? patientColumn = options.PatientHeader is { } patient ? table.Find(patient) : null;
        int? splitColumn = options.SplitHeader is { } split ? table.Find(split) : null;
        var sources = new List<ImageRowSource>(table.Count);
        var lines = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var row = 0; row < table.Count; row++)
        {
            var (line, written) = (table.LineOf(row), table.Require(row, pathColumn));
            if (written.Contains('\0'))
            {
                throw new ImageTableException(table.Path, line, "the path contains the character 0");
            }

            var file = Path.GetFullPath(written.Replace('\\', Path.DirectorySeparatorChar), folder);
            var label = table.Require(row, labelColumn);
            if (!lines.TryAdd(file, line))
            {
                throw new ImageTableException(table.Path, line, $"the image '{written}' is listed twice, first on line {lines[file]}");
            }

            sources.Add(new ImageRowSource(file, readOptions => Read(table.Path, line, file, readOptions), _ => label)
            {
                Patient = patientColumn is { } p ? table.Require(row, p) : null,
                Split = splitColumn is { } s ? table.Require(row, s) : null,
            });
        }

        return sources;
    }

    private static DecodedImage Read(string table, int line, string file, ImageReadOptions options) => File.Exists(file)
        ? ImageReaders.ReadOnce(file, options)
        : throw new ImageTableException(table, line, $"the image '{file}' does not exist");
}
