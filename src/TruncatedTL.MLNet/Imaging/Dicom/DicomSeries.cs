using TruncatedTL.MLNet.Data;

namespace TruncatedTL.MLNet.Imaging.Dicom;

/// <summary>
/// A volume whose slices are one DICOM file each, as scanners write them. The slices are sorted by where they lie in the patient, never by file name, and
/// a slice that is missing, there twice or does not fit is an error instead of a wrong volume.
/// </summary>
/// <remarks>
/// <para>
/// Slices are ascending along the normal of the image plane: Image Orientation (Patient) gives the normal, Image Position (Patient) the place on it. Only where files have
/// no position or no orientation, Slice Location is used instead, and only where that is missing too, Instance Number, whose numbers must then follow each other without
/// a gap. Distances may differ from the usual one by a fifth, because positions are rounded. A slice that is missing at either end cannot be noticed.
/// </para>
/// <para>
/// The distance of slices is measured along the normal. For a tilted gantry the slices are stacked as they are and not sheared; slices that do not lie on one line are refused.
/// </para>
/// </remarks>
public sealed class DicomSeries
{
    private readonly IReadOnlyList<DicomSlice> _slices;

    private DicomSeries(IReadOnlyList<DicomSlice> slices)
    {
        _slices = slices;
        Files = Array.AsReadOnly(slices.Select(slice => slice.Path).ToArray());
    }

    /// <summary>The files, in the order in which they were found; not that of the slices.</summary>
    public IReadOnlyList<string> Files { get; }

    /// <summary>Patient, study and series.</summary>
    public ImageOrigin Origin => _slices[0].Origin;

    /// <summary>Lists the series whose files are in a folder. Headers are read, pixels are not.</summary>
    /// <param name="folder">The folder; folders in it and files whose name begins with a dot are passed over.</param>
    /// <returns>The series in the order of their first files' names; none where there is no DICOM image.</returns>
    /// <remarks>Files that are not DICOM, and DICOM files that are not images (reports, plans, the DICOMDIR of a disc), are passed over.</remarks>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist.</exception>
    /// <exception cref="ImageFormatException">A DICOM file is damaged.</exception>
    public static IReadOnlyList<DicomSeries> Open(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var root = Path.GetFullPath(folder);
        if (!Directory.Exists(root))
        {
            throw new DirectoryNotFoundException($"The folder '{root}' does not exist.");
        }

        return FromFiles(Directory.EnumerateFiles(root)
            .Where(path => !Path.GetFileName(path.AsSpan()).StartsWith('.') && DicomSlice.IsDicom(path))
            .OrderBy(Path.GetFileName, StringComparer.Ordinal));
    }

    /// <summary>Sorts files into series. Headers are read, pixels are not.</summary>
    /// <param name="paths">The files; all must be DICOM. Those that are not images are passed over.</param>
    /// <returns>The series in the order of their first files.</returns>
    /// <exception cref="FileNotFoundException">A file does not exist.</exception>
    /// <exception cref="ImageFormatException">A file is damaged or is not DICOM.</exception>
    public static IReadOnlyList<DicomSeries> FromFiles(IEnumerable<string> paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        return Group(paths.Select(DicomSlice.Read));
    }

    /// <summary>As <see cref="FromFiles(IEnumerable{string})"/>, but files whose header cannot be read are handed over and left out.</summary>
    /// <param name="paths">The files.</param>
    /// <param name="unreadable">Receives each such file and what was wrong with it.</param>
    internal static IReadOnlyList<DicomSeries> FromFiles(IEnumerable<string> paths, Action<string, Exception> unreadable) => Group(paths.Select(path =>
    {
        try
        {
            return DicomSlice.Read(path);
        }
        catch (Exception exception) when (exception is ImageDataException or IOException or UnauthorizedAccessException)
        {
            unreadable(path, exception);
            return null;
        }
    }));

    /// <summary>Reads the volume in a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="seriesUid">Which series, by its Series Instance UID; null where there is only one.</param>
    /// <param name="options">How much may be read; null for the defaults.</param>
    /// <returns>The volume, [C, D, H, W].</returns>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist.</exception>
    /// <exception cref="DicomSeriesException">There is no series, no such series or more than one to choose from, or its files do not make up a volume.</exception>
    /// <exception cref="ImageDataException">A file is damaged, too large, or uses a part of the format that is not supported.</exception>
    public static DecodedImage ReadVolume(string folder, string? seriesUid = null, ImageReadOptions? options = null)
    {
        var all = Open(folder);
        var root = Path.GetFullPath(folder);
        if (seriesUid is not null)
        {
            var chosen = all.FirstOrDefault(series => series.Origin.SeriesUid == seriesUid)
                ?? throw new DicomSeriesException(root, $"none of the {all.Count} series in the folder is the one asked for");
            return chosen.ReadVolume(options);
        }

        return all.Count == 1
            ? all[0].ReadVolume(options)
            : throw new DicomSeriesException(root, all.Count == 0 ? "there is no DICOM image in the folder" : $"there are {all.Count} series in the folder; choose one by its Series Instance UID");
    }

    /// <summary>Reads the volume.</summary>
    /// <param name="options">How much may be read; null for the defaults. A frame can be chosen only where the series is one file.</param>
    /// <returns>
    /// The volume, [C, D, H, W], its spacing as depth, height and width in millimetres. A series that is one file of several frames gives what <see cref="DicomReader"/> gives; windows
    /// are those of the first slice.
    /// </returns>
    /// <exception cref="DicomSeriesException">A slice is missing, there twice, or differs in size, orientation, spacing or kind.</exception>
    /// <exception cref="ImageDataException">A file is damaged, too large, or uses a part of the format that is not supported.</exception>
    public DecodedImage ReadVolume(ImageReadOptions? options = null)
    {
        options ??= new ImageReadOptions();
        var stack = SliceStack.Of(_slices);
        if (stack.Slices is [{ Frames: > 1 } only])
        {
            return Decode(only, options);
        }

        options = options with { Frame = null };
        var first = Decode(stack.Slices[0], options);
        var (depth, pixels) = (stack.Slices.Count, first.Values.Length / first.Channels);
        var total = (long)first.Values.Length * depth;
        if (total > Math.Min(options.MaxValues, Array.MaxLength))
        {
            throw new ImageFormatException(stack.Slices[0].Path, $"the volume of {depth} slices has {total} values; the limit is {options.MaxValues}. Raise the limit if the files can be trusted");
        }

        var values = new float[total];
        var hasByteValues = true;
        for (var i = 0; i < depth; i++)
        {
            var slice = i == 0 ? first : Decode(stack.Slices[i], options);
            if (slice.Channels != first.Channels || !slice.SpatialShape.SequenceEqual(first.SpatialShape))
            {
                throw new DicomSeriesException(stack.Slices[i].Path, "its pixels are of another size or kind than its header said");
            }

            hasByteValues &= slice.HasByteValues;
            for (var channel = 0; channel < first.Channels; channel++)
            {
                slice.Values.AsSpan(channel * pixels, pixels).CopyTo(values.AsSpan(((channel * depth) + i) * pixels));
            }
        }

        return new DecodedImage(values, first.Channels, [depth, .. first.SpatialShape])
        {
            SpacingMillimetres = first.SpacingMillimetres is { } plane && stack.DepthMillimetres is { } distance ? [distance, .. plane] : null,
            HasByteValues = hasByteValues,
            LowestIsWhite = first.LowestIsWhite,
            Windows = first.Windows,
            Origin = first.Origin,
        };
    }

    private static IReadOnlyList<DicomSeries> Group(IEnumerable<DicomSlice?> slices) =>
        [.. slices.OfType<DicomSlice>().GroupBy(slice => slice.Origin.SeriesUid).Select(group => new DicomSeries([.. group]))];

    private static DecodedImage Decode(DicomSlice slice, ImageReadOptions options) => new DicomReader().Read(File.ReadAllBytes(slice.Path), slice.Path, options);
}
