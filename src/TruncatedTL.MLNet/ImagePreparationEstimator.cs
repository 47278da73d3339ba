using Microsoft.ML;
using Microsoft.ML.Data;
using TruncatedTL.MLNet.Files;
using TruncatedTL.MLNet.Ingestion;
using TruncatedTL.MLNet.Onnx;
using TruncatedTL.MLNet.Preparation;

namespace TruncatedTL.MLNet;

/// <summary>
/// The <see cref="IEstimator{TTransformer}"/> that prepares a column of pixels: intensity range, resizing, padding, channels. What it becomes is an
/// ONNX graph in ML.NET's own transformer; it is saved with the model and needs no assembly of ours to be loaded.
/// </summary>
/// <remarks>
/// <format type="text/markdown"><![CDATA[
/// To create this estimator, use [PrepareImages](xref:TruncatedTL.MLNet.ImagePreparationCatalog) on `mlContext.Transforms`.
///
/// ### Input and Output Columns
/// The input column must be a `Vector<Byte or Single, C, H, W>` or `Vector<Byte or Single, C, D, H, W>` with known dimensions; the output column is
/// a `Vector<Single, C', H', W'>` or `Vector<Single, C', D', H', W'>`.
///
/// ### Estimator Characteristics
/// |  |  |
/// | -- | -- |
/// | Does this estimator need to look at the data to train its parameters? | No |
/// | Required NuGet in addition to Microsoft.ML | TruncatedTL.MLNet to create it; Microsoft.ML.OnnxTransformer and Microsoft.ML.OnnxRuntime to use it |
/// | Exportable to ONNX | It is ONNX |
/// ]]></format>
/// </remarks>
public sealed class ImagePreparationEstimator : IEstimator<ImagePreparationTransformer>
{
    private const string SourceColumnName = "TruncatedTL.Unprepared";

    private readonly MLContext _context;
    private readonly string _outputColumnName;
    private readonly string _inputColumnName;
    private readonly ImagePreparation _preparation;

    internal ImagePreparationEstimator(MLContext context, string outputColumnName, string? inputColumnName, ImagePreparation preparation)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentException.ThrowIfNullOrWhiteSpace(outputColumnName);
        ArgumentNullException.ThrowIfNull(preparation);
        PreparationWriter.RequireColumnPreparation(preparation);
        _context = context;
        _outputColumnName = outputColumnName;
        _inputColumnName = inputColumnName ?? outputColumnName;
        _preparation = preparation;
    }

    /// <summary>The schema that the transformer will deliver.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The input column is missing or of the wrong type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        if (inputSchema.FirstOrDefault(column => column.Name == _inputColumnName) is not { Name: not null } column)
        {
            throw new ArgumentOutOfRangeException(nameof(inputSchema), $"Could not find image column '{_inputColumnName}'");
        }

        if (column.Kind != SchemaShape.Column.VectorKind.Vector || column.IsKey || (column.ItemType != NumberDataViewType.Byte && column.ItemType != NumberDataViewType.Single))
        {
            throw Mismatch($"{column.Kind} of {(column.IsKey ? "key of " : string.Empty)}{column.ItemType}");
        }

        // A mapping to a vector without annotations promises what the ONNX transformer delivers.
        var output = SchemaDefinition.Create(typeof(PreparedRow));
        output[nameof(PreparedRow.Pixels)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, _preparation.Shape.ToArray());
        output[nameof(PreparedRow.Pixels)].ColumnName = _outputColumnName;
        return _context.Transforms.CustomMapping<NoColumns, PreparedRow>((_, _) => { }, contractName: null, outputSchemaDefinition: output).GetOutputSchema(inputSchema);
    }

    /// <summary>Builds the transformer; only the schema of <paramref name="input"/> is read.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The input column is missing, of the wrong type, or cannot become the preparation's channels and axes.</exception>
    public ImagePreparationTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        GetOutputSchema(SchemaProbe.ShapeOf(input));
        var column = input.Schema[_inputColumnName];
        var isInPlace = _inputColumnName == _outputColumnName;
        var graphInput = GraphInput(column, isInPlace ? SourceColumnName : _inputColumnName);
        var model = PreparationWriter.Export(_preparation, graphInput, _outputColumnName, Metadata(column));
        var file = new TemporaryFile(_context.TempFilePath ?? Path.GetTempPath(), ".onnx", model);
        try
        {
            return new ImagePreparationTransformer(Build(input, graphInput.Name, file.Path, isInPlace), _preparation, file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    // A graph cannot give its result the name of its input.
    private TransformerChain<ITransformer> Build(IDataView input, string graphInputName, string modelPath, bool isInPlace)
    {
        IEstimator<ITransformer> onnx = _context.Transforms.ApplyOnnxModel(_outputColumnName, graphInputName, modelPath);
        if (!isInPlace)
        {
            return new TransformerChain<ITransformer>(onnx.Fit(input));
        }

        var copy = _context.Transforms.CopyColumns(SourceColumnName, _inputColumnName).Fit(input);
        var copied = copy.Transform(input);
        var applied = onnx.Fit(copied);
        var drop = _context.Transforms.DropColumns(SourceColumnName).Fit(applied.Transform(copied));
        return new TransformerChain<ITransformer>(copy, applied, drop);
    }

    private OnnxImageInput GraphInput(DataViewSchema.Column column, string name)
    {
        if (column.Type is not VectorDataViewType vector || vector.Dimensions.Length != _preparation.Size.Count + 1 || vector.Dimensions.Any(length => length < 1))
        {
            throw Mismatch(column.Type.ToString()!);
        }

        var channels = vector.Dimensions[0];
        return channels == _preparation.Channels || channels == 1 || (channels == 3 && _preparation.Channels == 1)
            ? new OnnxImageInput(name, vector.ItemType == NumberDataViewType.Byte ? OnnxInputElement.UInt8 : OnnxInputElement.Float, [.. vector.Dimensions])
            : throw Mismatch($"{column.Type}, whose {channels} channels cannot become {_preparation.Channels}");
    }

    // What files need before this column stays on record, since the column behind this graph no longer tells.
    private Dictionary<string, string> Metadata(DataViewSchema.Column column)
    {
        var metadata = new Dictionary<string, string> { [ModelMetadata.InGraphKey] = _preparation.ToJson() };
        if (PreparationAnnotation.Read(column) is { } before)
        {
            metadata.Add(ModelMetadata.PreparationKey, before.ToJson());
        }

        return metadata;
    }

    private ArgumentOutOfRangeException Mismatch(string got)
    {
        var expected = _preparation.Size.Count == 2 ? "C, H, W" : "C, D, H, W";
        return new ArgumentOutOfRangeException("inputSchema", $"Schema mismatch for image column '{_inputColumnName}': expected Vector<Byte or Single, {expected}> with known dimensions, got {got}");
    }

    private sealed class NoColumns;

    private sealed class PreparedRow
    {
        public float[] Pixels { get; set; } = [];
    }
}
