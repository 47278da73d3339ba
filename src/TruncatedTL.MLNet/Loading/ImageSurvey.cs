using System.Runtime.ExceptionServices;
using TruncatedTL.MLNet.Data;
using TruncatedTL.MLNet.Imaging;
using TruncatedTL.MLNet.Splitting;

namespace TruncatedTL.MLNet.Loading;

/// <summary>
/// What a data set holds, before anything is trained on it: every image is read once as its file has it, and classes, splits, patients, sizes, value ranges, unreadable files and duplicates are noted.
/// No pixel is kept.
/// </summary>
/// <example>
/// <code>
/// var survey = ImageSurvey.OfFolder("chest-x-rays");
/// foreach (var (label, count) in survey.Images.CountBy(image => image.Label))
/// {
///     Console.WriteLine($"{label}: {count}");
/// }
/// </code>
/// </example>
public sealed class ImageSurvey
{
    private const string DuplicateSetName = "all";

    private ImageSurvey(IReadOnlyList<SurveyedImage> images, IReadOnlyList<SkippedImage> unreadable, IReadOnlyList<ImageFingerprint> fingerprints)
    {
        Images = images;
        Unreadable = unreadable;
        Duplicates = DuplicateFinder.FindWithin(DuplicateSetName, fingerprints);
    }

    /// <summary>The images that can be read, in the order of the data set.</summary>
    public IReadOnlyList<SurveyedImage> Images { get; }

    /// <summary>The files that cannot be read, and why.</summary>
    public IReadOnlyList<SkippedImage> Unreadable { get; }

    /// <summary>Images that are the same or look the same; the rows of the pairs are indices of <see cref="Images"/>.</summary>
    public DuplicateReport Duplicates { get; }

    /// <summary>Surveys a folder with one sub-folder of images per class. Patients that files name get pseudonyms whose salt is kept nowhere.</summary>
    /// <param name="folder">The folder that holds the class folders.</param>
    /// <param name="maxImages">Most images to look at, spread evenly over the data set; null (default) looks at all.</param>
    /// <param name="progress">Told after each file, one call at a time; null for none.</param>
    /// <param name="cancellation">Stops between two files.</param>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist.</exception>
    /// <exception cref="ImageFolderException">The folder has no sub-folder, or a sub-folder has no image.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static ImageSurvey OfFolder(
        string folder, int? maxImages = null, IProgress<ImageLoadProgress>? progress = null, CancellationToken cancellation = default) =>
        OfSources(Spread(ImageSources.OfFolder(folder), maxImages), new ImageReadOptions(), new IdentifierHasher().Hash, progress, cancellation);

    /// <summary>Surveys the images that a table lists.</summary>
    /// <param name="path">The table.</param>
    /// <param name="options">Which column says what, and the rest of how files are read; size and intensity of the preparation have no part in it.</param>
    /// <param name="maxImages">Most images to look at, spread evenly over the data set; null (default) looks at all.</param>
    /// <exception cref="FileNotFoundException">The table does not exist.</exception>
    /// <exception cref="ImageTableException">The table is damaged, lacks a column or a field, or names a file twice.</exception>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static ImageSurvey OfTable(string path, ImageTableOptions options, int? maxImages = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        return OfSources(Spread(ImageSources.OfTable(path, options), maxImages), options);
    }

    /// <summary>Surveys all DICOM files of a folder and its sub-folders.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="options">What makes a row, where labels come from, and the rest of how files are read; size and intensity of the preparation have no part in it.</param>
    /// <param name="maxImages">Most images to look at, spread evenly over the data set; null (default) looks at all.</param>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist.</exception>
    /// <exception cref="ImageFolderException">There is no DICOM file, a file lies in no class folder, or a series in several.</exception>
    /// <exception cref="ImageTableException">The table of labels is damaged or contradicts itself.</exception>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static ImageSurvey OfDicomFolder(string folder, DicomLoadOptions options, int? maxImages = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        return OfSources(Spread(DicomSources.List(folder, options with { OnUnreadable = UnreadableImages.Skip }), maxImages), options);
    }

    /// <summary>Surveys images that a reader or generator of this library gives.</summary>
    /// <param name="parts">The images of each split, with its name; null for images of no split.</param>
    /// <param name="cancellation">Stops between two images.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static ImageSurvey OfImages(IReadOnlyList<(string? Split, LabelledImages Images)> parts, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(parts);
        var (images, fingerprints) = (new List<SurveyedImage>(), new List<ImageFingerprint>());
        foreach (var (split, set) in parts)
        {
            var values = new float[set.ValuesPerImage];
            for (var i = 0; i < set.Count; i++)
            {
                cancellation.ThrowIfCancellationRequested();
                set.CopyImage(i, values);
                var decoded = new DecodedImage(values, set.Channels, set.SpatialShape) { HasByteValues = set.HasByteValues };
                images.Add(Describe(decoded, path: null, set.ClassNames[set.LabelOf(i)], split, patient: null));
                fingerprints.Add(ImageFingerprint.Create(values, [set.Channels, .. set.SpatialShape]));
            }
        }

        return new ImageSurvey(images, [], fingerprints);
    }

    private static IReadOnlyList<ImageRowSource> Spread(IReadOnlyList<ImageRowSource> sources, int? maxImages)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxImages ?? 1, 1, nameof(maxImages));
        return maxImages is { } most && most < sources.Count
            ? [.. Enumerable.Range(0, most).Select(i => sources[(int)((long)i * sources.Count / most)])]
            : sources;
    }

    private static ImageSurvey OfSources(IReadOnlyList<ImageRowSource> sources, ImageLoadOptions options) => OfSources(
        sources,
        options.Preparation.ReadOptions(options.MaxValuesPerImage) with { LeastScale = null },
        options.PatientPseudonym,
        options.Progress,
        options.CancellationToken,
        options.MaxDegreeOfParallelism);

    private static ImageSurvey OfSources(
        IReadOnlyList<ImageRowSource> sources,
        ImageReadOptions read,
        Func<string, string> pseudonym,
        IProgress<ImageLoadProgress>? progress,
        CancellationToken cancellation,
        int degree = -1)
    {
        var images = new (SurveyedImage Image, ImageFingerprint Fingerprint)?[sources.Count];
        var failures = new Exception?[sources.Count];
        var gate = new Lock();
        var (completed, skipped) = (0, 0);
        try
        {
            Parallel.For(0, sources.Count, new ParallelOptions { MaxDegreeOfParallelism = degree, CancellationToken = cancellation }, index =>
            {
                try
                {
                    images[index] = Survey(sources[index], read, pseudonym);
                }
                catch (Exception exception) when (exception is ImageDataException or IOException or UnauthorizedAccessException)
                {
                    failures[index] = exception;
                }

                lock (gate)
                {
                    skipped += failures[index] is null ? 0 : 1;
                    progress?.Report(new ImageLoadProgress(++completed, sources.Count, skipped));
                }
            });
        }
        catch (AggregateException exception)
        {
            // Callers know the errors of readers and of their own callbacks, not that several threads were at work.
            ExceptionDispatchInfo.Throw(exception.InnerExceptions[0]);
        }

        return new ImageSurvey(
            [.. images.Where(image => image is not null).Select(image => image!.Value.Image)],
            [.. Enumerable.Range(0, failures.Length).Where(i => failures[i] is not null).Select(i => new SkippedImage(sources[i].Path, failures[i]!.Message))],
            [.. images.Where(image => image is not null).Select(image => image!.Value.Fingerprint)]);
    }

    private static (SurveyedImage Image, ImageFingerprint Fingerprint) Survey(ImageRowSource source, ImageReadOptions read, Func<string, string> pseudonym)
    {
        var decoded = source.Read(read);
        var patient = source.Patient ?? decoded.Origin?.PatientId;
        var image = Describe(decoded, source.Path, source.LabelOf(decoded.Origin), source.Split, string.IsNullOrWhiteSpace(patient) ? null : pseudonym(patient));
        var fingerprint = ImageFingerprint.Create(decoded.Values, [decoded.Channels, .. decoded.SpatialShape]);
        decoded.Release();
        return (image, fingerprint);
    }

    private static SurveyedImage Describe(DecodedImage decoded, string? path, string label, string? split, string? patient)
    {
        var (minimum, maximum) = (float.PositiveInfinity, float.NegativeInfinity);
        foreach (var value in decoded.Values)
        {
            minimum = MathF.Min(minimum, value);
            maximum = MathF.Max(maximum, value);
        }

        return new(path, label, split, patient, decoded.Channels, decoded.SpatialShape, decoded.SpacingMillimetres, minimum, maximum, decoded.HasByteValues);
    }
}
