using Microsoft.ML;
using Microsoft.ML.Data;
using TruncatedTL.MLNet.Files;
using TruncatedTL.MLNet.Ingestion;

namespace TruncatedTL.MLNet.Scoring;

/// <summary>
/// The chain of built-in transformers that a fitted model consists of: image preparation, the ONNX network, ML.NET's own
/// predictor, and the removal of working columns. It owns the file behind the network.
/// </summary>
internal sealed class ScoringChain : IDisposable
{
    /// <summary>Column that the network puts out: the logits in the calibrated head's scale, Vector&lt;Single, 1, K&gt;.</summary>
    public const string LogitsColumnName = "TruncatedTL.Logits";

    /// <summary>Column with the distance from the training images, where the network puts that out: Vector&lt;Single, 1, 1&gt;.</summary>
    public const string DistanceColumnName = "TruncatedTL.Distance";

    private readonly TemporaryFile _modelFile;
    private readonly TransformerChain<ITransformer> _network;

    private ScoringChain(TemporaryFile modelFile, ITransformer? preparation, TransformerChain<ITransformer> network, TransformerChain<ITransformer> whole)
    {
        Preparation = preparation;
        _modelFile = modelFile;
        _network = network;
        Transformer = whole;
    }

    /// <summary>The transforms before the network; null if the user's column holds the pixels.</summary>
    public ITransformer? Preparation { get; }

    /// <summary>The whole chain.</summary>
    public TransformerChain<ITransformer> Transformer { get; }

    /// <summary>Builds the chain.</summary>
    /// <param name="context">The user's context.</param>
    /// <param name="training">Any view with the image column; only its schema is read.</param>
    /// <param name="input">The image column.</param>
    /// <param name="head">The calibrated head whose scale the model's logits have.</param>
    /// <param name="model">The ONNX model.</param>
    /// <param name="renamings">Final names of the predictor's columns where they differ: (from, to).</param>
    /// <param name="flag">What turns the distance from the training images into columns; null where the model has no such output.</param>
    public static ScoringChain Build(
        MLContext context,
        IDataView training,
        ImageInput input,
        CalibratedHead head,
        ReadOnlySpan<byte> model,
        IReadOnlyList<(string From, string To)> renamings,
        DistanceFlag? flag)
    {
        var file = new TemporaryFile(context.TempFilePath ?? Path.GetTempPath(), ".onnx", model);
        try
        {
            var transformers = new List<ITransformer>();
            var view = training;
            void Add(ITransformer transformer)
            {
                transformers.Add(transformer);
                view = transformer.Transform(view);
            }

            var preparation = input.Preparation(context)?.Fit(view);
            if (preparation is not null)
            {
                Add(preparation);
            }

            string[] outputs = flag is null ? [LogitsColumnName] : [LogitsColumnName, DistanceColumnName];
            Add(context.Transforms.ApplyOnnxModel(outputs, [input.PixelColumnName], file.Path).Fit(view));
            var network = new TransformerChain<ITransformer>([.. transformers]);
            flag?.AddTo(context, () => view, Add);
            Add(head.Predictor);
            foreach (var (from, to) in renamings)
            {
                Add(context.Transforms.CopyColumns(to, from).Fit(view));
            }

            Add(context.Transforms.DropColumns([.. input.WorkingColumnNames, LogitsColumnName, .. renamings.Select(r => r.From)]).Fit(view));
            return new ScoringChain(file, preparation, network, new TransformerChain<ITransformer>([.. transformers]));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>The network's outputs (in the calibrated head's scale) for the rows of a view, computed as the saved model will.</summary>
    public IEnumerable<float[]> NetworkOutputs(IDataView rows) => _network.Transform(rows).GetColumn<float[]>(LogitsColumnName);

    /// <summary>The distance output (in its own predictor's scale) for the rows of a view; the chain was built with a flag.</summary>
    public IEnumerable<float> Distances(IDataView rows) => _network.Transform(rows).GetColumn<float[]>(DistanceColumnName).Select(values => values[0]);

    /// <inheritdoc/>
    public void Dispose()
    {
        Transformer.Dispose();
        _modelFile.Dispose();
    }
}
