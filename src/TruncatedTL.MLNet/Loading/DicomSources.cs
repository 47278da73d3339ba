using System.Runtime.ExceptionServices;
using TruncatedTL.MLNet.Data;
using TruncatedTL.MLNet.Imaging;
using TruncatedTL.MLNet.Imaging.Dicom;

namespace TruncatedTL.MLNet.Loading;

/// <summary>Lists the rows of a folder of DICOM files, at any depth.</summary>
internal static class DicomSources
{
    private const int MaxDepth = 32;
    private const int MarkOffset = 128;
    private const string DirectoryFileName = "DICOMDIR";

    private static readonly string[] Suffixes = [".dcm", ".dicom"];

    /// <summary>Lists the rows.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="options">Validated options.</param>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist.</exception>
    /// <exception cref="ImageFolderException">There is no DICOM file, no series where rows are series, a file lies in no class folder, or a series in several.</exception>
    /// <exception cref="ImageTableException">The table of labels is damaged or contradicts itself.</exception>
    public static IReadOnlyList<ImageRowSource> List(string folder, DicomLoadOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var root = Path.GetFullPath(folder);
        if (!Directory.Exists(root))
        {
            throw new DirectoryNotFoundException($"The folder '{root}' does not exist.");
        }

        var files = Directory
            .EnumerateFiles(root, "*", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = MaxDepth, IgnoreInaccessible = false })
            .Where(path => IsVisible(root, path) && IsDicom(path))
            .Order(StringComparer.Ordinal)
            .ToArray();
        if (files.Length == 0)
        {
            throw new ImageFolderException(root, "there is no DICOM file in the folder or below it");
        }

        var labels = options.LabelTable is { } table ? new DicomLabels(table, root, options) : null;
        if (options.Rows == DicomRows.Files)
        {
            return [.. files.Select(path => new ImageRowSource(path, read => ImageReaders.Read(path, read), LabelOf(root, [path], labels)))];
        }

        var sources = SeriesOf(root, files, labels, options.OnUnreadable);
        return sources.Count > 0 ? sources : throw new ImageFolderException(root, "none of the DICOM files in the folder or below it is an image");
    }

    // A file whose header is damaged belongs to a series that nobody knows: it becomes a source of its own, which cannot be read and is counted as such.
    private static IReadOnlyList<ImageRowSource> SeriesOf(string root, string[] files, DicomLabels? labels, UnreadableImages onUnreadable)
    {
        var damaged = new List<ImageRowSource>();
        var all = onUnreadable == UnreadableImages.Fail
            ? DicomSeries.FromFiles(files)
            : DicomSeries.FromFiles(files, (path, failure) => damaged.Add(new ImageRowSource(path, _ => Rethrow(failure), _ => string.Empty)));
        return [.. all
            .Select(series => new ImageRowSource(series.Files[0], series.ReadVolume, LabelOf(root, series.Files, labels)))
            .Concat(damaged)
            .OrderBy(source => source.Path, StringComparer.Ordinal)];
    }

    private static DecodedImage Rethrow(Exception failure)
    {
        ExceptionDispatchInfo.Throw(failure);
        return null;
    }

    private static Func<ImageOrigin?, string> LabelOf(string root, IReadOnlyList<string> files, DicomLabels? labels)
    {
        if (labels is not null)
        {
            return origin => labels.Of(files[0], origin);
        }

        var classes = files.Select(path => ClassFolder(root, path)).Distinct(StringComparer.Ordinal).ToArray();
        return classes.Length == 1
            ? _ => classes[0]
            : throw new ImageFolderException(root, $"the files of one series lie in several class folders ({string.Join(", ", classes)}), the first being '{files[0]}'");
    }

    private static string ClassFolder(string root, string path)
    {
        var relative = Path.GetRelativePath(root, path);
        var separator = relative.IndexOf(Path.DirectorySeparatorChar);
        return separator > 0
            ? relative[..separator]
            : throw new ImageFolderException(root, $"'{relative}' lies in no class folder; give a table of labels, or one sub-folder per class");
    }

    private static bool IsVisible(string root, string path) =>
        !Path.GetRelativePath(root, path).Split(Path.DirectorySeparatorChar).Any(part => part.StartsWith('.'));

    // Most files have the mark; those that begin with the data set at once are known by their suffix.
    private static bool IsDicom(string path)
    {
        if (Path.GetFileName(path.AsSpan()).Equals(DirectoryFileName, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        if (Suffixes.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase))
        {
            return true;
        }

        Span<byte> head = stackalloc byte[MarkOffset + 4];
        using var file = File.OpenRead(path);
        return file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) == head.Length && head[MarkOffset..].SequenceEqual("DICM"u8);
    }
}
