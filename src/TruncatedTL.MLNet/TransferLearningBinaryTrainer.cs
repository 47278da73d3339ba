using Microsoft.ML;
using TruncatedTL.MLNet.Scoring;

namespace TruncatedTL.MLNet;

/// <summary>
/// The <see cref="IEstimator{TTransformer}"/> that fine-tunes a pretrained convolutional network for a yes-or-no question about images.
/// </summary>
/// <remarks>
/// <format type="text/markdown"><![CDATA[
/// To create this trainer, use [TransferLearning](xref:TruncatedTL.MLNet.TransferLearningCatalog) on
/// `mlContext.BinaryClassification.Trainers`.
///
/// ### Input and Output Columns
/// The input label column must be [Boolean](xref:System.Boolean), the image column an [MLImage](xref:Microsoft.ML.Data.MLImage) or a
/// `Vector<Byte or Single, C, H, W>`.
/// The trainer outputs the following columns:
///
/// | Output Column Name | Column Type | Description |
/// | -- | -- | -- |
/// | `Score` | [Single](xref:System.Single) | The logit of the positive class, unbounded. |
/// | `PredictedLabel` | [Boolean](xref:System.Boolean) | True where the score is positive. |
/// | `Probability` | [Single](xref:System.Single) | The probability of the positive class, the sigmoid of the score. |
///
/// ### Trainer Characteristics
/// |  |  |
/// | -- | -- |
/// | Machine learning task | Binary classification |
/// | Is normalization required? | No; it is part of the model |
/// | Is caching required? | No; images are decoded once into memory |
/// | Required NuGet in addition to Microsoft.ML | TruncatedTL.MLNet and a libtorch package to train; Microsoft.ML.OnnxTransformer and Microsoft.ML.OnnxRuntime to predict |
/// | Exportable to ONNX | Yes, by `SaveOnnx` of the fitted transformer |
///
/// ### Training Algorithm Details
/// As [TransferLearningMulticlassTrainer](xref:TruncatedTL.MLNet.TransferLearningMulticlassTrainer), with a single logit and binary cross-entropy.
/// ]]></format>
/// </remarks>
public sealed class TransferLearningBinaryTrainer : IEstimator<TransferLearningTransformer>
{
    private readonly TransferLearningFitter _fitter;

    internal TransferLearningBinaryTrainer(MLContext context, Options options)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentException.ThrowIfNullOrWhiteSpace(options.ProbabilityColumnName);
        _fitter = new TransferLearningFitter(context, options, new BinaryTask(context, options.ScoreColumnName, options.PredictedLabelColumnName, options.ProbabilityColumnName));
    }

    /// <summary>Options of <see cref="TransferLearningBinaryTrainer"/>.</summary>
    public sealed class Options : TransferLearningOptions
    {
        /// <summary>Name of the probability column. Default "Probability"; ML.NET's <c>CrossValidate</c> expects the default.</summary>
        public string ProbabilityColumnName = "Probability";
    }

    /// <inheritdoc cref="TransferLearningMulticlassTrainer.Fit(IDataView)"/>
    public TransferLearningTransformer Fit(IDataView input) => _fitter.Fit(input, validation: null);

    /// <inheritdoc cref="TransferLearningMulticlassTrainer.Fit(IDataView, IDataView)"/>
    public TransferLearningTransformer Fit(IDataView trainData, IDataView validationData)
    {
        ArgumentNullException.ThrowIfNull(validationData);
        return _fitter.Fit(trainData, validationData);
    }

    /// <inheritdoc cref="TransferLearningMulticlassTrainer.GetOutputSchema"/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema) => _fitter.GetOutputSchema(inputSchema);
}
