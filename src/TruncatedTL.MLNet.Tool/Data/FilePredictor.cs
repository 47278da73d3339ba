using Microsoft.ML;
using Microsoft.ML.Data;
using TruncatedTL.MLNet.Data;
using TruncatedTL.MLNet.Preparation;

namespace TruncatedTL.MLNet.Tool.Data;

/// <summary>Prepares files as a model's training images were, and predicts them.</summary>
internal sealed class FilePredictor
{
    // Read at a time; a bound on the memory.
    private const int FilesAtOnce = 64;

    private readonly SavedModel _model;
    private readonly ModelDescription _description;
    private readonly ImagePreparation _preparation;
    private readonly ToolContext _context;

    /// <summary>Creates the predictor.</summary>
    public FilePredictor(SavedModel model, ModelDescription description, ToolContext context)
    {
        (_model, _description, _context) = (model, description, context);
        if (description.Preparation is null)
        {
            context.Note($"The model does not say how files are to be prepared: they are stretched to {string.Join(" x ", description.ImageSize)} and taken for 8-bit grey levels.");
        }

        _preparation = description.Preparation ?? new ImagePreparation(description.ImageSize, description.Channels) { Fit = ImageFit.Stretch, Intensity = ImageIntensity.EightBit };
    }

    /// <summary>The values of a file as the model's column holds them.</summary>
    /// <exception cref="ImageDataException">The file cannot be read or prepared.</exception>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    public float[] Load(string path) => _preparation.Load(path);

    /// <summary>Predicts files.</summary>
    /// <param name="paths">The files.</param>
    /// <param name="skipUnreadable">Whether a file that cannot be read becomes a prediction with an error; otherwise it ends the call.</param>
    public IReadOnlyList<FilePrediction> Predict(IReadOnlyList<string> paths, bool skipUnreadable)
    {
        var predictions = new List<FilePrediction>();
        foreach (var chunk in paths.Chunk(FilesAtOnce))
        {
            _context.Cancellation.ThrowIfCancellationRequested();
            var (images, errors) = Read(chunk, skipUnreadable);
            var scores = new Queue<FilePrediction>(Score([.. images.OfType<float[]>()]));
            predictions.AddRange(chunk.Select((path, i) => images[i] is null ? new FilePrediction(path, null, null, null, errors[i]) : scores.Dequeue() with { Path = path }));
        }

        return predictions;
    }

    private (float[]?[] Images, string?[] Errors) Read(string[] paths, bool skipUnreadable)
    {
        var (images, errors) = (new float[]?[paths.Length], new string?[paths.Length]);
        Parallel.For(0, paths.Length, new ParallelOptions { CancellationToken = _context.Cancellation }, i =>
        {
            try
            {
                images[i] = Load(paths[i]);
            }
            catch (Exception error) when (skipUnreadable && (error is ImageDataException or IOException or UnauthorizedAccessException))
            {
                errors[i] = error.Message;
            }
        });
        return (images, errors);
    }

    private IEnumerable<FilePrediction> Score(float[][] images)
    {
        if (images.Length == 0)
        {
            return [];
        }

        var type = (VectorDataViewType)_model.Image.Type;
        var scored = _model.Transformer.Transform(type.ItemType == NumberDataViewType.Byte
            ? View(images.Select(image => new Row<byte> { Pixels = Array.ConvertAll(image, value => (byte)value) }), type)
            : View(images.Select(image => new Row<float> { Pixels = image }), type));
        var probabilities = _model.IsBinary
            ? scored.GetColumn<float>("Probability").Select(positive => new[] { 1 - positive, positive }).ToArray()
            : scored.GetColumn<float[]>("Score").ToArray();
        var decided = _model.IsBinary
            ? scored.GetColumn<bool>("PredictedLabel").Select(isPositive => isPositive ? 1 : 0).ToArray()
            : Array.ConvertAll(probabilities, values => Array.IndexOf(values, values.Max()));
        var distances = _description.HasOutOfDistributionScore && scored.Schema.GetColumnOrNull(new OutOfDistributionOptions().ScoreColumnName) is { } column
            ? scored.GetColumn<float>(column.Name).ToArray()
            : null;
        return probabilities.Select((values, i) => new FilePrediction(string.Empty, _description.ClassNames[decided[i]], values, distances?[i], null)).ToArray();
    }

    private static IDataView View<T>(IEnumerable<Row<T>> rows, VectorDataViewType type, string name)
        where T : unmanaged
    {
        var definition = SchemaDefinition.Create(typeof(Row<T>));
        definition[nameof(Row<>.Pixels)].ColumnType = type;
        definition[nameof(Row<>.Pixels)].ColumnName = name;
        return new MLContext().Data.LoadFromEnumerable(rows.ToArray(), definition);
    }

    private IDataView View<T>(IEnumerable<Row<T>> rows, VectorDataViewType type)
        where T : unmanaged => View(rows, type, _model.Image.Name);

    private sealed class Row<T>
    {
        public T[] Pixels { get; set; } = [];
    }
}
