using Microsoft.ML;
using Microsoft.ML.Data;
using TruncatedTL.MLNet.Data;
using TruncatedTL.MLNet.Ingestion;
using TruncatedTL.MLNet.Loading;

namespace TruncatedTL.MLNet;

/// <summary>
/// Loads image files of any format in <see cref="Imaging.ImageReaders"/> into an <see cref="IDataView"/>, prepared alike for training and serving:
/// <c>mlContext.Data.LoadImageFiles(...)</c> and its like.
/// </summary>
/// <remarks>
/// <para>
/// All files are decoded and prepared once, in parallel, when the method is called: an unreadable file shows now and not in the middle of a training. The
/// prepared images rest in memory in the smallest type that holds them; beyond <see cref="ImageLoadOptions.MemoryLimitBytes"/> they are decoded anew
/// whenever their rows are read. Rows can be read any number of times and by several cursors at once; nothing is consumed.
/// </para>
/// <para>
/// The image column is a vector of <see cref="float"/> with the dimensions of the <see cref="Preparation.ImagePreparation.Shape"/>, and says in an annotation how its
/// images were prepared. The trainers of this library write that into the model, and <see cref="Preparation.ImagePreparation.FromModel"/> gives it to the
/// program that serves.
/// </para>
/// <para>
/// The label is the name of the class as text, ready for <c>MapValueToKey</c>; where a positive class is named it is a Boolean instead.
/// </para>
/// </remarks>
public static class ImageFileLoadingExtensions
{
    /// <summary>Loads a folder with one sub-folder of images per class. Files directly in a class folder count whose names end as those of some reader's format do.</summary>
    /// <param name="catalog"><c>mlContext.Data</c>.</param>
    /// <param name="folder">The folder that holds the class folders.</param>
    /// <param name="options">How files become rows.</param>
    /// <returns>One row per file, by class and then by name, in ordinal order: image, label, path.</returns>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist.</exception>
    /// <exception cref="ImageFolderException">The folder has no sub-folder, or a sub-folder has no image.</exception>
    /// <exception cref="ImageDataException">A file cannot be read or prepared and none is to be skipped, or none at all can be.</exception>
    /// <exception cref="IOException">As above, where the file system is at fault.</exception>
    /// <exception cref="ArgumentException">An option is out of range, column names are empty or equal, or the positive class is not one of exactly two.</exception>
    /// <exception cref="OperationCanceledException">The loading was cancelled.</exception>
    /// <example>
    /// <code>
    /// var options = new ImageLoadOptions { Preparation = new ImagePreparation([224, 224]) { Intensity = ImageIntensity.XRay } };
    /// var data = mlContext.Data.LoadImageFiles("chest-x-rays", options, out var report);
    /// Console.WriteLine(report);
    /// </code>
    /// </example>
    public static IDataView LoadImageFiles(this DataOperationsCatalog catalog, string folder, ImageLoadOptions options) =>
        catalog.LoadImageFiles(folder, options, out _);

    /// <inheritdoc cref="LoadImageFiles(DataOperationsCatalog, string, ImageLoadOptions)"/>
    /// <param name="catalog"><c>mlContext.Data</c>.</param>
    /// <param name="folder">The folder that holds the class folders.</param>
    /// <param name="options">How files become rows.</param>
    /// <param name="report">What was loaded and what was skipped, and why.</param>
    public static IDataView LoadImageFiles(this DataOperationsCatalog catalog, string folder, ImageLoadOptions options, out ImageLoadReport report)
    {
        Check(catalog, options, hasPatient: false, hasSplit: false);
        return View(catalog, ImageSources.OfFolder(folder), options, hasPatient: false, hasSplit: false, out report);
    }

    /// <summary>Loads the images that a table lists: comma or tab separated text with a header, quoted as RFC 4180 says, in UTF-8.</summary>
    /// <param name="catalog"><c>mlContext.Data</c>.</param>
    /// <param name="path">The table. Paths in it are relative to its folder.</param>
    /// <param name="options">How files become rows, and which column says what.</param>
    /// <returns>One row per row of the table, in its order: image, label, path, and patient and split where the table has them.</returns>
    /// <exception cref="FileNotFoundException">The table does not exist.</exception>
    /// <exception cref="ImageTableException">The table is damaged, lacks a column or a field, or names a file twice or one that does not exist; the line is given.</exception>
    /// <exception cref="ImageDataException">A file cannot be read or prepared and none is to be skipped, or none at all can be.</exception>
    /// <exception cref="IOException">As above, where the file system is at fault.</exception>
    /// <exception cref="ArgumentException">An option is out of range, column names are empty or equal, or the positive class is not one of exactly two.</exception>
    /// <exception cref="OperationCanceledException">The loading was cancelled.</exception>
    public static IDataView LoadImagesFromTable(this DataOperationsCatalog catalog, string path, ImageTableOptions options) =>
        catalog.LoadImagesFromTable(path, options, out _);

    /// <inheritdoc cref="LoadImagesFromTable(DataOperationsCatalog, string, ImageTableOptions)"/>
    /// <param name="catalog"><c>mlContext.Data</c>.</param>
    /// <param name="path">The table. Paths in it are relative to its folder.</param>
    /// <param name="options">How files become rows, and which column says what.</param>
    /// <param name="report">What was loaded and what was skipped, and why.</param>
    public static IDataView LoadImagesFromTable(this DataOperationsCatalog catalog, string path, ImageTableOptions options, out ImageLoadReport report)
    {
        var (hasPatient, hasSplit) = (options?.PatientHeader is not null, options?.SplitHeader is not null);
        Check(catalog, options, hasPatient, hasSplit);
        return View(catalog, ImageSources.OfTable(path, options!), options!, hasPatient, hasSplit, out report);
    }

    /// <summary>
    /// Loads all DICOM files of a folder and its sub-folders, each as a row or each series as a volume. Files that are not DICOM, the <c>DICOMDIR</c> of a disc and
    /// whatever has a name that begins with a dot are passed over.
    /// </summary>
    /// <param name="catalog"><c>mlContext.Data</c>.</param>
    /// <param name="folder">The folder.</param>
    /// <param name="options">How files become rows, and where their labels come from.</param>
    /// <returns>
    /// One row per file in ordinal order, or one per series: image, label, path (of the first file), patient. Where a file names no patient, its study, its series or its path takes the
    /// patient's place.
    /// </returns>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist.</exception>
    /// <exception cref="ImageFolderException">There is no DICOM file, a file lies in no class folder, or a series in several.</exception>
    /// <exception cref="ImageTableException">The table of labels is damaged, contradicts itself, or does not list an image.</exception>
    /// <exception cref="ImageDataException">A file cannot be read or prepared and none is to be skipped, or none at all can be; a header cannot be read that is needed to sort files into series.</exception>
    /// <exception cref="IOException">As above, where the file system is at fault.</exception>
    /// <exception cref="ArgumentException">An option is out of range, column names are empty or equal, or the positive class is not one of exactly two.</exception>
    /// <exception cref="OperationCanceledException">The loading was cancelled.</exception>
    public static IDataView LoadDicomFolder(this DataOperationsCatalog catalog, string folder, DicomLoadOptions options) =>
        catalog.LoadDicomFolder(folder, options, out _);

    /// <inheritdoc cref="LoadDicomFolder(DataOperationsCatalog, string, DicomLoadOptions)"/>
    /// <param name="catalog"><c>mlContext.Data</c>.</param>
    /// <param name="folder">The folder.</param>
    /// <param name="options">How files become rows, and where their labels come from.</param>
    /// <param name="report">What was loaded and what was skipped, and why.</param>
    public static IDataView LoadDicomFolder(this DataOperationsCatalog catalog, string folder, DicomLoadOptions options, out ImageLoadReport report)
    {
        Check(catalog, options, hasPatient: true, hasSplit: false);
        return View(catalog, DicomSources.List(folder, options), options, hasPatient: true, hasSplit: false, out report);
    }

    private static void Check(DataOperationsCatalog catalog, ImageLoadOptions? options, bool hasPatient, bool hasSplit)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        string[] optional = [.. hasPatient ? [options.PatientColumnName] : Array.Empty<string>(), .. hasSplit ? [options.SplitColumnName] : Array.Empty<string>()];
        ViewColumns.RequireDistinct([options.ImageColumnName, options.LabelColumnName, options.ImagePathColumnName, .. optional]);
    }

    private static IDataView View(
        DataOperationsCatalog catalog,
        IReadOnlyList<ImageRowSource> sources,
        ImageLoadOptions options,
        bool hasPatient,
        bool hasSplit,
        out ImageLoadReport report)
    {
        var images = ParallelLoading.Load(sources, options, out report);
        if (options is { PositiveClassName: null, TwoClassesAreBoolean: true } && images.ClassNames.Count == 2)
        {
            options = options with { PositiveClassName = images.ClassNames[1] };
        }

        var positiveClass = ViewColumns.FindPositiveClass(images.ClassNames, options.PositiveClassName);
        var labelMember = positiveClass is null ? nameof(Row.Label) : nameof(Row.IsPositive);
        var schema = SchemaDefinition.Create(typeof(Row), SchemaDefinition.Direction.Read);
        var kept = new List<string> { nameof(Row.Image), labelMember, nameof(Row.ImagePath) };
        var image = ViewColumns.Configure(schema, nameof(Row.Image), options.ImageColumnName, new VectorDataViewType(NumberDataViewType.Single, options.Preparation.Shape.ToArray()));
        PreparationAnnotation.Attach(image, options.Preparation);
        ViewColumns.ConfigureLabel(schema, labelMember, options.LabelColumnName, images.ClassNames, positiveClass);
        ViewColumns.Configure(schema, nameof(Row.ImagePath), options.ImagePathColumnName, TextDataViewType.Instance);
        if (hasPatient)
        {
            kept.Add(nameof(Row.Patient));
            ViewColumns.Configure(schema, nameof(Row.Patient), options.PatientColumnName, TextDataViewType.Instance);
        }

        if (hasSplit)
        {
            kept.Add(nameof(Row.Split));
            ViewColumns.Configure(schema, nameof(Row.Split), options.SplitColumnName, TextDataViewType.Instance);
        }

        // Only the members that are kept here become columns.
        schema.RemoveAll(column => !kept.Contains(column.MemberName));
        return catalog.LoadFromEnumerable(new RowCollection<Row>(images.Count, i => new Row(images, i, options)), schema);
    }

    // ML.NET calls a property's getter only when its column is active and the value is asked for.
    private sealed class Row(LoadedImages images, int index, ImageLoadOptions options)
    {
        // ML.NET copies the getter's array before it calls anything else, so that one for each thread is enough.
        [ThreadStatic]
        private static float[]? s_values;

        public float[] Image
        {
            get
            {
                var values = s_values?.Length == options.Preparation.ValueCount
                    ? s_values
                    : s_values = GC.AllocateUninitializedArray<float>(options.Preparation.ValueCount);
                images.Read(index, values);
                return values;
            }
        }

        public string Label => images[index].Label;

        public bool IsPositive => images[index].Label == options.PositiveClassName;

        public string ImagePath => images[index].Source.Path;

        public string Patient => images[index].Patient;

        public string Split => images[index].Source.Split!;
    }
}
