using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using TruncatedTL.MLNet.Onnx;

namespace TruncatedTL.MLNet.Ingestion;

/// <summary>
/// How the user's image column reaches the network, in training and in the saved model alike: which built-in transforms
/// come first, and the shape and element type of the pixels that the exported graph reads.
/// </summary>
internal sealed class ImageInput
{
    private const string ResizedColumnName = "TruncatedTL.Resized";
    private const string PixelsColumnName = "TruncatedTL.Pixels";
    private const string StandInColumnName = "TruncatedTL.StandIn";

    private ImageInput(string imageColumnName, bool isImage, bool isByte, int channels, IReadOnlyList<int> sourceSpatial, IReadOnlyList<int> networkSpatial, bool resizeFirst)
    {
        ImageColumnName = imageColumnName;
        IsImage = isImage;
        IsByte = isByte;
        Channels = channels;
        SourceSpatial = sourceSpatial;
        NetworkSpatial = networkSpatial;
        _resizeFirst = resizeFirst;
    }

    private readonly bool _resizeFirst;

    /// <summary>The user's column.</summary>
    public string ImageColumnName { get; }

    /// <summary>The column holds <see cref="MLImage"/>; otherwise a pixel vector.</summary>
    public bool IsImage { get; }

    /// <summary>The graph reads bytes; otherwise float32.</summary>
    public bool IsByte { get; }

    public int Channels { get; }

    /// <summary>H, W (or D, H, W) of the pixels that the graph reads.</summary>
    public IReadOnlyList<int> SourceSpatial { get; }

    /// <summary>H, W (or D, H, W) that the network works on; the graph resizes where they differ.</summary>
    public IReadOnlyList<int> NetworkSpatial { get; }

    /// <summary>Name of the column that the graph reads; an ONNX model's input carries the column's name.</summary>
    public string PixelColumnName => IsImage ? PixelsColumnName : ImageColumnName;

    /// <summary>Working columns that the saved chain drops again.</summary>
    public IReadOnlyList<string> WorkingColumnNames => (IsImage, _resizeFirst) switch
    {
        (true, true) => [ResizedColumnName, PixelsColumnName],
        (true, false) => [PixelsColumnName],
        _ => [],
    };

    /// <summary>Reads the column's type.</summary>
    /// <param name="schema">The user's schema; it has passed <see cref="CheckShape"/>.</param>
    /// <param name="imageColumnName">The user's column.</param>
    /// <param name="inputSize">The size the user wants, or null.</param>
    /// <param name="spatialRank">Spatial axes of the backbone.</param>
    /// <param name="defaultSize">Side length for images of unknown size when the user gave none.</param>
    /// <exception cref="ArgumentOutOfRangeException">The vector's dimensions do not say channels and lengths, or do not fit the backbone.</exception>
    public static ImageInput From(DataViewSchema schema, string imageColumnName, IReadOnlyList<int>? inputSize, int spatialRank, int defaultSize)
    {
        var type = schema[imageColumnName].Type;
        if (inputSize is not null && (inputSize.Count != spatialRank || inputSize.Any(length => length < 1)))
        {
            throw new ArgumentOutOfRangeException(
                nameof(inputSize),
                $"The input size ({string.Join(", ", inputSize)}) must give {spatialRank} positive lengths: {(spatialRank == 2 ? "height and width" : "depth, height and width")}.");
        }

        if (type is ImageDataViewType image)
        {
            if (spatialRank != 2)
            {
                throw Mismatch(imageColumnName, "Vector<Byte or Single, C, D, H, W> (the backbone reads volumes)", type.ToString()!);
            }

            var known = image.Height > 0 && image.Width > 0;
            var network = inputSize ?? (known ? [image.Height, image.Width] : [defaultSize, defaultSize]);
            return new ImageInput(imageColumnName, isImage: true, isByte: true, channels: 3, known ? [image.Height, image.Width] : network, network, resizeFirst: !known);
        }

        if (type is not VectorDataViewType vector || vector.Dimensions.Length != spatialRank + 1 || vector.Dimensions.Any(d => d < 1))
        {
            var expected = spatialRank == 2 ? "C, H, W" : "C, D, H, W";
            throw Mismatch(
                imageColumnName,
                $"an image or Vector<Byte or Single, {expected}> with known dimensions (declare them with [VectorType({expected})] on the property or SchemaDefinition's ColumnType)",
                type.ToString()!);
        }

        var spatial = vector.Dimensions.Skip(1).ToArray();
        return new ImageInput(imageColumnName, isImage: false, vector.ItemType == NumberDataViewType.Byte, vector.Dimensions[0], spatial, inputSize ?? spatial, resizeFirst: false);
    }

    /// <summary>Checks the column before anything is fitted.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The column is missing or of a type that cannot be an image.</exception>
    public static SchemaShape.Column CheckShape(SchemaShape inputSchema, string imageColumnName)
    {
        foreach (var column in inputSchema)
        {
            if (column.Name != imageColumnName)
            {
                continue;
            }

            var isImage = column.ItemType is ImageDataViewType && column.Kind == SchemaShape.Column.VectorKind.Scalar;
            var isPixels = column.Kind == SchemaShape.Column.VectorKind.Vector && !column.IsKey
                && (column.ItemType == NumberDataViewType.Byte || column.ItemType == NumberDataViewType.Single);
            if (!isImage && !isPixels)
            {
                throw Mismatch(imageColumnName, "image or known-size vector of Byte or Single", $"{column.Kind} of {(column.IsKey ? "key of " : string.Empty)}{column.ItemType}");
            }

            return column;
        }

        throw new ArgumentOutOfRangeException(nameof(inputSchema), $"Could not find image column '{imageColumnName}'");
    }

    /// <summary>Built-in estimators whose output has the schema that the trained chain's network column will have.</summary>
    public static IEstimator<ITransformer> StandIn(MLContext context, SchemaShape.Column imageColumn) => imageColumn switch
    {
        { ItemType: ImageDataViewType } => context.Transforms.ExtractPixels(StandInColumnName, imageColumn.Name),
        _ when imageColumn.ItemType == NumberDataViewType.Byte => context.Transforms.Conversion.ConvertType(StandInColumnName, imageColumn.Name, DataKind.Single),
        _ => context.Transforms.CopyColumns(StandInColumnName, imageColumn.Name),
    };

    /// <summary>Name of the column that <see cref="StandIn"/> adds.</summary>
    public static string StandInName => StandInColumnName;

    /// <summary>The graph's input under a given name.</summary>
    public OnnxImageInput ToOnnxInput(string name) =>
        new(name, IsByte ? OnnxInputElement.UInt8 : OnnxInputElement.Float, [Channels, .. SourceSpatial]);

    /// <summary>The built-in transforms before the graph; null for pixel vectors, which the graph reads as they are.</summary>
    public IEstimator<ITransformer>? Preparation(MLContext context)
    {
        if (!IsImage)
        {
            return null;
        }

        var extract = context.Transforms.ExtractPixels(
            PixelsColumnName,
            _resizeFirst ? ResizedColumnName : ImageColumnName,
            ImagePixelExtractingEstimator.ColorBits.Rgb,
            interleavePixelColors: false,
            outputAsFloatArray: false);
        // Padding loses nothing of the image; cropping would cut off the borders of X-rays.
        return _resizeFirst
            ? context.Transforms.ResizeImages(ResizedColumnName, SourceSpatial[1], SourceSpatial[0], ImageColumnName, ImageResizingEstimator.ResizingKind.IsoPad).Append(extract)
            : extract;
    }

    private static ArgumentOutOfRangeException Mismatch(string columnName, string expected, string got) =>
        new("inputSchema", $"Schema mismatch for image column '{columnName}': expected {expected}, got {got}");
}
