using Microsoft.ML;
using Microsoft.ML.Data;

namespace TruncatedTL.MLNet.Tool.Data;

/// <summary>A zip that ML.NET has loaded.</summary>
internal sealed class SavedModel : IDisposable
{
    private SavedModel(ITransformer transformer, DataViewSchema.Column image, bool isBinary)
    {
        Transformer = transformer;
        Image = image;
        IsBinary = isBinary;
    }

    public ITransformer Transformer { get; }

    /// <summary>The column of images that it reads.</summary>
    public DataViewSchema.Column Image { get; }

    /// <summary>Whether it answers a yes-or-no question.</summary>
    public bool IsBinary { get; }

    /// <summary>Loads a zip.</summary>
    /// <exception cref="ModelFormatException">It is no model that can be loaded, or reads no image.</exception>
    public static SavedModel Load(MLContext context, string path)
    {
        ITransformer transformer;
        DataViewSchema schema;
        try
        {
            transformer = context.Model.Load(path, out schema);
        }
        catch (Exception error) when (error is FormatException or InvalidOperationException or InvalidDataException or ArgumentException)
        {
            throw new ModelFormatException($"ML.NET cannot load '{path}': {error.Message}", error);
        }

        if (schema.Where(column => column.Type is VectorDataViewType { Dimensions.Length: >= 3 }).ToArray() is not [var image])
        {
            throw new ModelFormatException($"The model '{path}' does not read one column of image values.");
        }

        return new SavedModel(transformer, image, transformer.GetOutputSchema(schema)["Score"].Type is not VectorDataViewType);
    }

    public void Dispose() => (Transformer as IDisposable)?.Dispose();
}
