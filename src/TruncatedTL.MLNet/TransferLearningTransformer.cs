using Microsoft.ML;
using Microsoft.ML.Data;
using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Explanations;
using TruncatedTL.MLNet.Preparation;
using TruncatedTL.MLNet.Scoring;
using TruncatedTL.MLNet.Strategies;
using TruncatedTL.MLNet.Training;
using TruncatedTL.MLNet.Weights;

namespace TruncatedTL.MLNet;

/// <summary>
/// A fitted model. It consists of ML.NET's own transformers only; <c>mlContext.Model.Save</c> writes those, so the zip loads in any ML.NET
/// app that references Microsoft.ML, Microsoft.ML.OnnxTransformer and Microsoft.ML.OnnxRuntime (and Microsoft.ML.ImageAnalytics
/// where the input is an image). Load only models from sources you trust.
/// </summary>
public sealed partial class TransferLearningTransformer : ITransformer, IDisposable
{
    private readonly ScoringChain _chain;
    private readonly FittedNetwork _network;
    private readonly ScoringAssembly _assembly;
    private readonly Lazy<BatchScorer> _batches;
    private bool _isDisposed;

    internal TransferLearningTransformer(ScoringChain chain, FittedNetwork network, ScoringAssembly assembly)
    {
        _chain = chain;
        _network = network;
        _assembly = assembly;
        _batches = new Lazy<BatchScorer>(() => network.CreateBatchScorer(chain.Preparation));
    }

    /// <summary>The strategy it was trained with.</summary>
    public TransferStrategy Strategy => _network.Strategy;

    /// <summary>Registered name of the backbone.</summary>
    public string Backbone => _network.Specification.Plan.Backbone.Name;

    /// <summary>Where the network ends; its parameter count is without the head.</summary>
    public BackboneCut Cut => _network.Specification.Plan.Cut;

    /// <summary>Class names in the order of the scores.</summary>
    public IReadOnlyList<string> ClassNames => _network.ClassNames;

    /// <summary>Trainable parameters of backbone and head.</summary>
    public long ParameterCount => _network.Specification.ParameterCount;

    /// <summary>Multiply-accumulate operations of backbone and head for one image.</summary>
    public long MacCount => _network.Specification.MacCount;

    /// <summary>Which pretrained tensors were taken over; null for a network from scratch.</summary>
    public KeyMatchReport? WeightsReport => _network.WeightsReport;

    /// <summary>How the training went: epochs, the best one, why it stopped.</summary>
    public TrainingResult Training => _network.Training;

    /// <summary>How pixel values are normalised inside the model.</summary>
    public Networks.PixelNormalization Normalization => _network.Normalization;

    /// <summary>
    /// What was done to the training images' files before the model, and what <see cref="ImagePreparation.FromModel"/> reads from the saved model; null where
    /// the training column does not come from this library's file loaders.
    /// </summary>
    public ImagePreparation? Preparation => _network.Preparation;

    /// <summary>Largest difference between TorchSharp's logits and the exported model's, relative to the largest logit, on the rows checked in Fit.</summary>
    public double ParityError => _network.ParityError;

    bool ITransformer.IsRowToRowMapper => ((ITransformer)_chain.Transformer).IsRowToRowMapper;

    /// <summary>The schema after scoring; a label column need not be there.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The image column is missing or of another type than in training.</exception>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => _chain.Transformer.GetOutputSchema(inputSchema);

    /// <summary>Scores the rows lazily.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The image column is missing or of another type than in training.</exception>
    /// <exception cref="ObjectDisposedException">The model has been disposed.</exception>
    public IDataView Transform(IDataView input)
    {
        // ONNX Runtime ends the process where a session is used that is gone.
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return _chain.Transformer.Transform(input);
    }

    /// <summary>
    /// The class probabilities of all rows, computed in batches: the same figures as <see cref="Transform"/> gives, faster for many rows, above all on a
    /// GPU. The rows are read once, now. Several threads may call it at once.
    /// </summary>
    /// <param name="data">The rows; only the image column is read, and images held in memory are not consumed.</param>
    /// <param name="batchSize">Most rows at once. Default 64; fewer take less memory, which for large images and volumes may be needed.</param>
    /// <param name="cancellationToken">Looked at before each batch.</param>
    /// <returns>One array a row, in the order of the rows; its values are in the order of <see cref="ClassNames"/> and sum to 1.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The image column is missing or of another type than in training, or the batch size is not positive.</exception>
    /// <exception cref="ObjectDisposedException">The model has been disposed.</exception>
    public IReadOnlyList<float[]> PredictProbabilities(IDataView data, int batchSize = 64, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(batchSize);
        ObjectDisposedException.ThrowIf(_isDisposed, this);

        // Checks the schema with ML.NET's own words.
        _chain.Transformer.GetOutputSchema(data.Schema);
        var probabilities = _batches.Value.Score(data, batchSize, cancellationToken);
        if (_network.Specification.Outputs > 1)
        {
            return probabilities;
        }

        // One output is the probability of the positive class, which comes second.
        return probabilities.ConvertAll(row => new[] { 1 - row[0], row[0] });
    }

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema) =>
        ((ITransformer)_chain.Transformer).GetRowToRowMapper(inputSchema);

    // What is saved are ML.NET's transformers alone: the app that loads them needs no assembly of ours.
    void ICanSaveModel.Save(ModelSaveContext ctx) => ((ICanSaveModel)_chain.Transformer).Save(ctx);

    /// <summary>
    /// Writes the network as ONNX with the input <c>image</c> (pixel values as in training, batch first) and the outputs
    /// <c>logits</c> and <c>probabilities</c>, for OnnxRuntime in any language; with <see cref="TransferLearningOptions.OutOfDistribution"/> also
    /// <c>outOfDistribution</c>, [N, 1], the score as in the column. The batch size is free.
    /// </summary>
    /// <param name="path">The file; an existing one is replaced when the new one is complete.</param>
    public void SaveOnnx(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        _network.SaveOnnx(path);
    }

    /// <summary>
    /// Writes the trained tensors under PyTorch's names as safetensors, with strategy, cut, class names and normalisation in
    /// the metadata. The file can serve as <see cref="PretrainedWeights"/> again, and <see cref="ImageExplainer.FromWeights(string)"/> explains from it.
    /// </summary>
    /// <param name="path">The file; an existing one is replaced when the new one is complete.</param>
    public void SaveWeights(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        _network.ToWeightsFile().SaveSafetensors(path);
    }

    /// <summary>
    /// The network in TorchSharp again, which shows where in an image it sees a class (Grad-CAM, occlusion). The explainer holds a copy of the
    /// weights and outlives this model; dispose it. It needs libtorch, as training does.
    /// </summary>
    public ImageExplainer CreateExplainer() => _network.CreateExplainer();

    /// <summary>Releases the ONNX session and deletes the temporary model file; views of this transformer can no longer be read.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        if (_batches.IsValueCreated)
        {
            _batches.Value.Dispose();
        }

        _chain.Dispose();
    }
}
