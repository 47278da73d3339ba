using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.ML;
using Microsoft.ML.Data;
using TruncatedTL.MLNet.Preparation;

namespace ServeModel.Models;

/// <summary>
/// One version of the model with all that belongs to it. Requests hold a lease while they use it; it is disposed when it has been replaced and the last
/// request that began with it has ended.
/// </summary>
internal sealed class ServedModel
{
    private readonly ITransformer _transformer;
    private readonly IScorer _scorer;
    private readonly SemaphoreSlim _places;
    private readonly Lock _lock = new();

    // The store's own lease is one of them.
    private int _leases = 1;

    private ServedModel(ITransformer transformer, IScorer scorer, ModelCard card, ImagePreparation preparation, GradCam gradCam, int places)
    {
        _transformer = transformer;
        _scorer = scorer;
        Card = card;
        Preparation = preparation;
        GradCam = gradCam;
        _places = new SemaphoreSlim(places);
    }

    public ModelCard Card { get; }

    public ImagePreparation Preparation { get; }

    public GradCam GradCam { get; }

    public bool IsDisposed { get; private set; }

    /// <summary>Loads a model from a copy of the file, so that everything comes from the same content while the file may be replaced.</summary>
    /// <exception cref="InvalidDataException">It is not a model that this service can use.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static ServedModel Load(ServeOptions options)
    {
        var copy = Path.Combine(Path.GetTempPath(), $"truncatedtl-serve-{Guid.NewGuid():N}.zip");
        try
        {
            File.Copy(options.ModelPath, copy);
            return LoadCopy(options, copy);
        }
        catch (Exception error) when (error is FormatException or InvalidOperationException or ArgumentException or JsonException or ImagePreparationException)
        {
            throw new InvalidDataException($"{Path.GetFileName(options.ModelPath)} cannot be served: {error.Message}", error);
        }
        finally
        {
            File.Delete(copy);
        }
    }

    /// <summary>Begins to use the model.</summary>
    /// <returns>False where it is gone already.</returns>
    public bool TryLease()
    {
        lock (_lock)
        {
            if (_leases == 0)
            {
                return false;
            }

            _leases++;
            return true;
        }
    }

    /// <summary>Ends what <see cref="TryLease"/> began; the store calls it once more when the model is replaced.</summary>
    public void Release()
    {
        lock (_lock)
        {
            if (--_leases > 0)
            {
                return;
            }

            IsDisposed = true;
        }

        _places.Dispose();
        _scorer.Dispose();
        (_transformer as IDisposable)?.Dispose();
        GradCam.Dispose();
    }

    /// <summary>Waits for a free place and works there. Preparing an image takes as much memory and time as scoring it, and is bounded with it.</summary>
    public async Task<T> RunAsync<T>(Func<T> work, CancellationToken cancellation)
    {
        await _places.WaitAsync(cancellation);
        try
        {
            return work();
        }
        finally
        {
            _places.Release();
        }
    }

    /// <summary>Scores a prepared image; called inside <see cref="RunAsync"/>.</summary>
    public ScoredRow Score(float[] pixels) => _scorer.Score(pixels);

    private static ServedModel LoadCopy(ServeOptions options, string copy)
    {
        using var content = File.OpenRead(copy);
        var id = Convert.ToHexStringLower(SHA256.HashData(content))[..12];
        var preparation = ImagePreparation.FromModel(copy);
        var facts = ModelMetadata.Read(copy);
        var card = ModelCard.Create(Path.GetFileName(options.ModelPath), id, content.Length, facts, preparation, ModelNotes.Read(options.NotesFile));
        var context = new MLContext();
        var transformer = context.Model.Load(copy, out var schema);
        try
        {
            return new ServedModel(transformer, CreateScorer(context, transformer, schema, preparation), card, preparation, new GradCam(options.WeightsFile, facts), options.Engines);
        }
        catch
        {
            (transformer as IDisposable)?.Dispose();
            throw;
        }
    }

    private static IScorer CreateScorer(MLContext context, ITransformer transformer, DataViewSchema schema, ImagePreparation preparation)
    {
        var image = schema.FirstOrDefault(column => column.Type is VectorDataViewType { ItemType: NumberDataViewType { RawType: var type } } vector
            && type == typeof(float) && vector.Size == preparation.ValueCount);
        if (image.Name is null)
        {
            throw new InvalidDataException($"The model has no column of {preparation.ValueCount} Single values, as its own preparation makes.");
        }

        var input = SchemaDefinition.Create(typeof(PixelRow));
        input[nameof(PixelRow.Pixels)].ColumnType = image.Type;
        input[nameof(PixelRow.Pixels)].ColumnName = image.Name;
        var isBinary = transformer.GetOutputSchema(schema).GetColumnOrNull("Probability") is not null;

        IScorer Pool<TRow>()
            where TRow : ScoredRow, new() =>
            new EnginePool<TRow>(() => context.Model.CreatePredictionEngine<PixelRow, TRow>(
                transformer,
                new PredictionEngineOptions { IgnoreMissingColumns = true, InputSchemaDefinition = input, OwnsTransformer = false }));
        return isBinary ? Pool<ScoredRow.Binary>() : Pool<ScoredRow.Multiclass>();
    }
}
