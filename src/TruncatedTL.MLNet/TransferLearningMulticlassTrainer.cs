using Microsoft.ML;
using TruncatedTL.MLNet.Scoring;

namespace TruncatedTL.MLNet;

/// <summary>
/// The <see cref="IEstimator{TTransformer}"/> that fine-tunes a pretrained convolutional network for images of two or more classes.
/// </summary>
/// <remarks>
/// <format type="text/markdown"><![CDATA[
/// To create this trainer, use [TransferLearning](xref:TruncatedTL.MLNet.TransferLearningCatalog) on
/// `mlContext.MulticlassClassification.Trainers`.
///
/// ### Input and Output Columns
/// The input label column must be a [key](xref:Microsoft.ML.Data.KeyDataViewType) with a known number of values, the image column an
/// [MLImage](xref:Microsoft.ML.Data.MLImage) or a `Vector<Byte or Single, C, H, W>`.
/// The trainer outputs the following columns:
///
/// | Output Column Name | Column Type | Description |
/// | -- | -- | -- |
/// | `Score` | Vector of [Single](xref:System.Single) | The probabilities of all classes, in the order of the label's key values, which are its slot names. |
/// | `PredictedLabel` | [key](xref:Microsoft.ML.Data.KeyDataViewType) type | The most probable class, with the label's key values. |
///
/// ### Trainer Characteristics
/// |  |  |
/// | -- | -- |
/// | Machine learning task | Multiclass classification |
/// | Is normalization required? | No; it is part of the model |
/// | Is caching required? | No; images are decoded once into memory |
/// | Required NuGet in addition to Microsoft.ML | TruncatedTL.MLNet and a libtorch package to train; Microsoft.ML.OnnxTransformer and Microsoft.ML.OnnxRuntime to predict |
/// | Exportable to ONNX | Yes, by `SaveOnnx` of the fitted transformer |
///
/// ### Training Algorithm Details
/// A [TransferStrategy](xref:TruncatedTL.MLNet.Strategies.TransferStrategy) decides which units of the backbone exist, which start from
/// pretrained weights and which are frozen (Peng et al., [arXiv 2106.05152](https://arxiv.org/abs/2106.05152)). The network is
/// trained with TorchSharp, the epoch with the best validation metric is kept, exported to ONNX and checked against TorchSharp.
/// ]]></format>
/// </remarks>
public sealed class TransferLearningMulticlassTrainer : IEstimator<TransferLearningTransformer>
{
    private readonly TransferLearningFitter _fitter;

    internal TransferLearningMulticlassTrainer(MLContext context, Options options)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(options);
        _fitter = new TransferLearningFitter(context, options, new MulticlassTask(context, options.ScoreColumnName, options.PredictedLabelColumnName));
    }

    /// <summary>Options of <see cref="TransferLearningMulticlassTrainer"/>.</summary>
    public sealed class Options : TransferLearningOptions;

    /// <summary>Trains on the rows of <paramref name="input"/>; for validation see <see cref="NetworkTrainingOptions.ValidationSet"/> and <see cref="Training.TrainingOptions.ValidationFraction"/>.</summary>
    /// <inheritdoc cref="Fit(IDataView, IDataView)" path="/exception"/>
    public TransferLearningTransformer Fit(IDataView input) => _fitter.Fit(input, validation: null);

    /// <summary>Trains on <paramref name="trainData"/> and validates on <paramref name="validationData"/> after each epoch.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of the wrong type.</exception>
    /// <exception cref="Training.TrainingDataException">The rows cannot be trained on: none at all, one class only, pixels that are not numbers.</exception>
    /// <exception cref="Weights.WeightsException">The pretrained weights cannot be read, or belong to another network.</exception>
    /// <exception cref="Native.TorchBackendException">TorchSharp's native library does not load.</exception>
    /// <exception cref="OperationCanceledException">The training was cancelled and nothing is to be kept.</exception>
    public TransferLearningTransformer Fit(IDataView trainData, IDataView validationData)
    {
        ArgumentNullException.ThrowIfNull(validationData);
        return _fitter.Fit(trainData, validationData);
    }

    /// <summary>The schema that a fitted model will deliver.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of the wrong type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema) => _fitter.GetOutputSchema(inputSchema);
}
