using Microsoft.ML;
using Microsoft.ML.Data;
using TruncatedTL.MLNet.Files;
using TruncatedTL.MLNet.Onnx;


namespace TruncatedTL.MLNet.Ingestion;

/// <summary>
/// The way from the user's image column to pixels at the network's size, by the very transforms and the very ONNX kernels that the
/// saved model will use: what the network is trained on is what it will be asked about.
/// </summary>
internal sealed class PixelDecoder : IDisposable
{
    private readonly TemporaryFile? _resizer;

    private PixelDecoder(ITransformer? transformer, string pixelColumnName, TemporaryFile? resizer)
    {
        Transformer = transformer;
        PixelColumnName = pixelColumnName;
        _resizer = resizer;
    }

    /// <summary>What to apply to the rows; null if the user's column holds the pixels already.</summary>
    public ITransformer? Transformer { get; }

    /// <summary>The column with the pixels.</summary>
    public string PixelColumnName { get; }

    /// <summary>Fits the transforms.</summary>
    public static PixelDecoder Create(MLContext context, IDataView view, ImageInput input, string decodedColumnName)
    {
        var preparation = input.Preparation(context)?.Fit(view);
        if (input.SourceSpatial.SequenceEqual(input.NetworkSpatial))
        {
            return new PixelDecoder(preparation, input.PixelColumnName, resizer: null);
        }

        var graph = OnnxExporter.ExportPreprocessing(input.ToOnnxInput(input.PixelColumnName), input.NetworkSpatial, decodedColumnName);
        var file = new TemporaryFile(context.TempFilePath ?? Path.GetTempPath(), ".onnx", graph);
        try
        {
            var prepared = preparation?.Transform(view) ?? view;
            var resize = context.Transforms.ApplyOnnxModel(decodedColumnName, input.PixelColumnName, file.Path).Fit(prepared);
            return new PixelDecoder(preparation is null ? resize : new TransformerChain<ITransformer>(preparation, resize), decodedColumnName, file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        (Transformer as IDisposable)?.Dispose();
        _resizer?.Dispose();
    }
}
