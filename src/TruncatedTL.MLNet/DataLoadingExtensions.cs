using Microsoft.ML;
using Microsoft.ML.Data;
using TruncatedTL.MLNet.Data;
using TruncatedTL.MLNet.Data.Formula;

namespace TruncatedTL.MLNet;

/// <summary>
/// Loads labelled images into an <see cref="IDataView"/>: <c>mlContext.Data.LoadFromMedMnist(...)</c> and its like.
/// </summary>
/// <remarks>
/// <para>
/// Image columns are vectors whose dimensions are channels, [depth,] height, width, of <see cref="byte"/> where the
/// values are bytes and of <see cref="float"/> otherwise. Each image is copied when its row is read, and rows can be read
/// any number of times and by several cursors at once.
/// </para>
/// <para>
/// The label is the name of the class as text, ready for <c>MapValueToKey</c>. Where a positive class is named, it is a
/// Boolean instead, as the trainers of <c>mlContext.BinaryClassification</c> want it.
/// </para>
/// </remarks>
public static class DataLoadingExtensions
{
    private const string DefaultImageColumnName = "Image";
    private const string DefaultImagePathColumnName = "ImagePath";
    private const string DefaultLabelColumnName = "Label";

    /// <summary>Loads one split of a data set in the layout of MedMNIST (see <see cref="MedMnistFile"/>).</summary>
    /// <param name="catalog"><c>mlContext.Data</c>.</param>
    /// <param name="path">
    /// The <c>.npz</c> file, up to 4 GiB unpacked; for more, open it with <see cref="MedMnistFile.Open"/> and give the images
    /// to <see cref="LoadFromLabelledImages"/>. The split is read into memory and the file closed before the method returns.
    /// </param>
    /// <param name="split">Which split.</param>
    /// <param name="classNames">One name per label index. Default: the label itself as text.</param>
    /// <param name="positiveClassName">
    /// For two classes: the class whose Boolean label is true, by its name (<c>"1"</c> where no names are given).
    /// Default: none; the label is text.
    /// </param>
    /// <param name="imageColumnName">Name of the image column. Default: <c>Image</c>.</param>
    /// <param name="labelColumnName">Name of the label column. Default: <c>Label</c>.</param>
    /// <param name="labelsName">What the names of the label arrays end in. Default: <c>labels</c>.</param>
    /// <returns>One row per image.</returns>
    /// <exception cref="FileNotFoundException">The file does not exist.</exception>
    /// <exception cref="ImageFormatException">The file is damaged, too large, or not of this layout.</exception>
    /// <exception cref="ArgumentException">
    /// <paramref name="positiveClassName"/> is not one of exactly two classes, or the class or column names are not usable.
    /// </exception>
    public static IDataView LoadFromMedMnist(
        this DataOperationsCatalog catalog,
        string path,
        MedMnistSplit split,
        IReadOnlyList<string>? classNames = null,
        string? positiveClassName = null,
        string imageColumnName = DefaultImageColumnName,
        string labelColumnName = DefaultLabelColumnName,
        string labelsName = MedMnistFile.DefaultLabelsName)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        using var file = MedMnistFile.Open(path);
        return catalog.LoadFromLabelledImages(file.Read(split, classNames, labelsName), positiveClassName, imageColumnName, labelColumnName);
    }

    /// <summary>Loads one split of a data set in the layout of MedMNIST whose images have several labels each, for <see cref="PretrainingCatalog.Pretrain"/>.</summary>
    /// <param name="catalog"><c>mlContext.Data</c>.</param>
    /// <param name="path">The <c>.npz</c> file. The split is read into memory and the file closed before the method returns.</param>
    /// <param name="split">Which split.</param>
    /// <param name="findingNames">One name per finding. Default: the number of the finding as text.</param>
    /// <param name="imageColumnName">Name of the image column. Default: <c>Image</c>.</param>
    /// <param name="labelColumnName">
    /// Name of the label column, a vector of <see cref="float"/> with a slot per finding: 1 for yes, 0 for no, NaN for unknown. Default: <c>Label</c>.
    /// </param>
    /// <returns>One row per image.</returns>
    /// <exception cref="FileNotFoundException">The file does not exist.</exception>
    /// <exception cref="ImageFormatException">The file is damaged, too large, or not of this layout.</exception>
    /// <exception cref="ArgumentException">The names of findings or columns are not usable.</exception>
    public static IDataView LoadMultiLabelFromMedMnist(
        this DataOperationsCatalog catalog,
        string path,
        MedMnistSplit split,
        IReadOnlyList<string>? findingNames = null,
        string imageColumnName = DefaultImageColumnName,
        string labelColumnName = DefaultLabelColumnName)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ViewColumns.RequireDistinct(imageColumnName, labelColumnName);
        using var file = MedMnistFile.Open(path);
        var set = file.ReadMultiLabel(split, findingNames);
        var images = set.Images;
        PrimitiveDataViewType itemType = images.HasByteValues ? NumberDataViewType.Byte : NumberDataViewType.Single;
        int[] dimensions = [images.Channels, .. images.SpatialShape];
        var schema = SchemaDefinition.Create(typeof(MultiLabelRow), SchemaDefinition.Direction.Read);
        var imageMember = images.HasByteValues ? nameof(MultiLabelRow.ImageBytes) : nameof(MultiLabelRow.ImageSingles);
        schema.RemoveAll(column => column.MemberName != imageMember && column.MemberName != nameof(MultiLabelRow.Labels));
        ViewColumns.Configure(schema, imageMember, imageColumnName, new VectorDataViewType(itemType, dimensions));
        var label = ViewColumns.Configure(schema, nameof(MultiLabelRow.Labels), labelColumnName, new VectorDataViewType(NumberDataViewType.Single, set.FindingNames.Count));
        var slots = set.FindingNames.Select(name => name.AsMemory()).ToArray();
        label.AddAnnotation("SlotNames", new VBuffer<ReadOnlyMemory<char>>(slots.Length, slots), new VectorDataViewType(TextDataViewType.Instance, slots.Length));
        return catalog.LoadFromEnumerable(new RowCollection<MultiLabelRow>(images.Count, i => new MultiLabelRow(set, i)), schema);
    }

    /// <summary>Makes the images of any reader or generator of this library available to ML.NET.</summary>
    /// <param name="catalog"><c>mlContext.Data</c>.</param>
    /// <param name="images">The images.</param>
    /// <param name="positiveClassName">For two classes: the class whose Boolean label is true. Default: none; the label is text.</param>
    /// <param name="imageColumnName">Name of the image column. Default: <c>Image</c>.</param>
    /// <param name="labelColumnName">Name of the label column. Default: <c>Label</c>.</param>
    /// <returns>One row per image.</returns>
    /// <exception cref="ArgumentException">
    /// <paramref name="positiveClassName"/> is not one of exactly two classes, or the column names are empty or equal.
    /// </exception>
    public static IDataView LoadFromLabelledImages(
        this DataOperationsCatalog catalog,
        LabelledImages images,
        string? positiveClassName = null,
        string imageColumnName = DefaultImageColumnName,
        string labelColumnName = DefaultLabelColumnName)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(images);
        ViewColumns.RequireDistinct(imageColumnName, labelColumnName);
        var positiveClass = ViewColumns.FindPositiveClass(images.ClassNames, positiveClassName);
        PrimitiveDataViewType itemType = images.HasByteValues ? NumberDataViewType.Byte : NumberDataViewType.Single;
        int[] dimensions = [images.Channels, .. images.SpatialShape];

        // Only the members that are kept here become columns.
        var schema = SchemaDefinition.Create(typeof(ImageRow), SchemaDefinition.Direction.Read);
        var imageMember = images.HasByteValues ? nameof(ImageRow.ImageBytes) : nameof(ImageRow.ImageSingles);
        var labelMember = positiveClass is null ? nameof(ImageRow.LabelText) : nameof(ImageRow.IsPositive);
        schema.RemoveAll(column => column.MemberName != imageMember && column.MemberName != labelMember);
        ViewColumns.Configure(schema, imageMember, imageColumnName, new VectorDataViewType(itemType, dimensions));
        ViewColumns.ConfigureLabel(schema, labelMember, labelColumnName, images.ClassNames, positiveClass);
        return catalog.LoadFromEnumerable(new RowCollection<ImageRow>(images.Count, i => new ImageRow(images, i, positiveClass ?? -1)), schema);
    }

    /// <summary>
    /// Lists a folder with one sub-folder of images per class (see <see cref="ImageFolder"/>). Append
    /// <c>mlContext.Transforms.LoadImages("Image", imageFolder: null, "ImagePath")</c> to read the files.
    /// </summary>
    /// <param name="catalog"><c>mlContext.Data</c>.</param>
    /// <param name="folder">The folder that holds the class folders.</param>
    /// <param name="positiveClassName">For two classes: the class whose Boolean label is true. Default: none; the label is text.</param>
    /// <param name="imagePathColumnName">Name of the column of full paths. Default: <c>ImagePath</c>.</param>
    /// <param name="labelColumnName">Name of the label column. Default: <c>Label</c>.</param>
    /// <returns>One row per file, by class and then by name, in ordinal order. The files are not opened.</returns>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist.</exception>
    /// <exception cref="ImageFolderException">The folder has no sub-folder, or a sub-folder has no image.</exception>
    /// <exception cref="ArgumentException">
    /// <paramref name="positiveClassName"/> is not one of exactly two classes, or the column names are empty or equal.
    /// </exception>
    public static IDataView LoadImageFolder(
        this DataOperationsCatalog catalog,
        string folder,
        string? positiveClassName = null,
        string imagePathColumnName = DefaultImagePathColumnName,
        string labelColumnName = DefaultLabelColumnName)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ViewColumns.RequireDistinct(imagePathColumnName, labelColumnName);
        var list = ImageFolder.Open(folder);
        var positiveClass = ViewColumns.FindPositiveClass(list.ClassNames, positiveClassName);
        var schema = SchemaDefinition.Create(typeof(FileRow), SchemaDefinition.Direction.Read);
        var labelMember = positiveClass is null ? nameof(FileRow.Label) : nameof(FileRow.IsPositive);
        schema.RemoveAll(column => column.MemberName != nameof(FileRow.Path) && column.MemberName != labelMember);
        ViewColumns.Configure(schema, nameof(FileRow.Path), imagePathColumnName, TextDataViewType.Instance);
        ViewColumns.ConfigureLabel(schema, labelMember, labelColumnName, list.ClassNames, positiveClass);
        return catalog.LoadFromEnumerable(new RowCollection<FileRow>(list.Files.Count, i => new FileRow(list.Files[i], positiveClassName)), schema);
    }

    /// <summary>Loads images drawn by formula, for pre-training and for tests (see <see cref="FormulaImageSource"/>).</summary>
    /// <param name="catalog"><c>mlContext.Data</c>.</param>
    /// <param name="options">What to draw.</param>
    /// <param name="imageColumnName">Name of the image column. Default: <c>Image</c>.</param>
    /// <param name="labelColumnName">Name of the label column. Default: <c>Label</c>.</param>
    /// <returns>One row per image. An image is drawn each time its row is read.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="ArgumentException">The column names are empty or equal.</exception>
    public static IDataView LoadFromFormulaImages(
        this DataOperationsCatalog catalog,
        FormulaImageOptions options,
        string imageColumnName = DefaultImageColumnName,
        string labelColumnName = DefaultLabelColumnName)
    {
        return catalog.LoadFromLabelledImages(new FormulaImageSource(options), positiveClassName: null, imageColumnName, labelColumnName);
    }

    /// <summary>Loads volumes drawn by formula, for pre-training and for tests (see <see cref="FormulaVolumeSource"/>).</summary>
    /// <param name="catalog"><c>mlContext.Data</c>.</param>
    /// <param name="options">What to draw.</param>
    /// <param name="imageColumnName">Name of the image column. Default: <c>Image</c>.</param>
    /// <param name="labelColumnName">Name of the label column. Default: <c>Label</c>.</param>
    /// <returns>One row per volume. A volume is drawn each time its row is read.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="ArgumentException">The column names are empty or equal.</exception>
    public static IDataView LoadFromFormulaVolumes(
        this DataOperationsCatalog catalog,
        FormulaVolumeOptions options,
        string imageColumnName = DefaultImageColumnName,
        string labelColumnName = DefaultLabelColumnName)
    {
        return catalog.LoadFromLabelledImages(new FormulaVolumeSource(options), positiveClassName: null, imageColumnName, labelColumnName);
    }

    /// <summary>
    /// Loads a synthetic lesion classification task drawn by formula, without any medical meaning (see
    /// <see cref="FormulaLesionSource"/>).
    /// </summary>
    /// <param name="catalog"><c>mlContext.Data</c>.</param>
    /// <param name="options">What to draw.</param>
    /// <param name="positiveClassName">
    /// For two classes: the class whose Boolean label is true, for instance <c>malignant-like</c>. Default: none; the label
    /// is text.
    /// </param>
    /// <param name="imageColumnName">Name of the image column. Default: <c>Image</c>.</param>
    /// <param name="labelColumnName">Name of the label column. Default: <c>Label</c>.</param>
    /// <returns>One row per image. An image is drawn each time its row is read.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="ArgumentException">
    /// <paramref name="positiveClassName"/> is not one of exactly two classes, or the column names are empty or equal.
    /// </exception>
    public static IDataView LoadFromFormulaLesions(
        this DataOperationsCatalog catalog,
        FormulaLesionOptions options,
        string? positiveClassName = null,
        string imageColumnName = DefaultImageColumnName,
        string labelColumnName = DefaultLabelColumnName)
    {
        return catalog.LoadFromLabelledImages(new FormulaLesionSource(options), positiveClassName, imageColumnName, labelColumnName);
    }

    // ML.NET calls a property's getter only when its column is active and the value is asked for.
    private abstract class PixelRow(LabelledImages images, int index)
    {
        protected LabelledImages Images => images;

        protected int Index => index;

        public byte[] ImageBytes
        {
            get
            {
                var values = new byte[images.ValuesPerImage];
                images.CopyImage(index, values);
                return values;
            }
        }

        public float[] ImageSingles
        {
            get
            {
                var values = new float[images.ValuesPerImage];
                images.CopyImage(index, values);
                return values;
            }
        }

    }

    private sealed class MultiLabelRow(MultiLabelImages set, int index) : PixelRow(set.Images, index)
    {
        public float[] Labels => set.LabelsOf(Index).ToArray();
    }

    private sealed class ImageRow(LabelledImages images, int index, int positiveClass) : PixelRow(images, index)
    {
        public string LabelText => Images.ClassNames[Images.LabelOf(Index)];

        public bool IsPositive => Images.LabelOf(Index) == positiveClass;
    }

    private sealed class FileRow(LabelledImageFile file, string? positiveClassName)
    {
        public string Path => file.Path;

        public string Label => file.Label;

        public bool IsPositive => file.Label == positiveClassName;
    }
}
