using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Transforms;
using TruncatedTL.MLNet.Ingestion;
using TruncatedTL.MLNet.Networks;
using TruncatedTL.MLNet.Training;
using TruncatedTL.MLNet.Weights;

namespace TruncatedTL.MLNet;

/// <summary>Pretraining on <see cref="MLContext"/>: <c>mlContext.Pretrain(images)</c>.</summary>
public static class PretrainingCatalog
{
    private const int LargestNumberOfClasses = 1 << 20;

    /// <summary>
    /// Trains a backbone on a labelled source, so that its weights can be transferred to other tasks: images of a hospital's archive for its own
    /// small task, or images made by formula where there are no others.
    /// </summary>
    /// <param name="mlContext">The context that logs, seeds and says on which device.</param>
    /// <param name="data">
    /// The source: an image column and a label column. The label is a text or a key (one class of several), a Boolean, or, for several findings
    /// an image as chest X-ray sources have them, a known-size <c>Vector&lt;Single&gt;</c> with 1 for yes, 0 for no and NaN for unknown. Unknown
    /// findings have no part in the loss.
    /// </param>
    /// <param name="options">Network, weights to start from, training; null for the defaults.</param>
    /// <returns>The weights; <see cref="PretrainingResult.Save"/> writes them, <see cref="PretrainingResult.ToPretrainedWeights"/> hands them on.</returns>
    /// <example>
    /// <code>
    /// var source = mlContext.Data.LoadFromFormulaImages(new FormulaImageOptions { Classes = 200, ImagesPerClass = 100, Channels = 3 });
    /// var pretrained = mlContext.Pretrain(source, new PretrainingOptions { Backbone = "resnet18", License = "MIT" });
    /// pretrained.Save("resnet18-formula.safetensors");
    /// </code>
    /// </example>
    /// <exception cref="ArgumentException">An option is out of range or misspelt.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of a type that cannot be used.</exception>
    /// <exception cref="TrainingDataException">The rows cannot be trained on.</exception>
    /// <exception cref="WeightsException">The weights to start from cannot be read or do not fit.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled before an epoch was completed, or the options ask for it.</exception>
    public static PretrainingResult Pretrain(this MLContext mlContext, IDataView data, PretrainingOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(mlContext);
        ArgumentNullException.ThrowIfNull(data);
        options ??= new PretrainingOptions();
        options.Validate();
        ImageInput.CheckShape(SchemaProbe.ShapeOf(data), options.ImageColumnName);
        var host = ((IHostEnvironment)mlContext).Register("Pretraining");
        using var channel = host.Start("Training");
        var (training, validation) = WithKeys(mlContext, data, options);
        var labels = ReaderFor(training.Schema, options.LabelColumnName);
        Func<int, int> countOutputs = labels is BooleanLabelReader ? _ => 1 : classes => classes;
        using var trained = new NetworkTrainer(mlContext, options, labels, countOutputs, host.Rand.Next(), channel).Train(training, validation);
        var specification = trained.Network.Specification;
        return new PretrainingResult(
            new WeightsFile(trained.Network.Snapshot(), new Dictionary<string, string>([.. Describe(trained, options).ToMetadata(), ClassifierDescription.ClassNamesEntry(trained.ClassNames)])),
            specification.HeadParameters().Select(parameter => parameter.Name).ToHashSet(),
            trained.ClassNames,
            trained.Result);
    }

    private static WeightsCard Describe(TrainedNetwork trained, PretrainingOptions options)
    {
        var training = trained.TrainingSet;
        var result = trained.Result;
        var version = typeof(PretrainingCatalog).Assembly.GetName().Version!.ToString(3);
        var recipe = string.Create(
            CultureInfo.InvariantCulture,
            $"{training.Count} images of {training.ClassNames.Count} {(training.IsMultiLabel ? "findings" : "classes")}, epoch {result.BestEpoch} of {result.History.Count}, {result.Metric} {result.BestMetric:0.0000}, from {options.Weights}, TruncatedTL.MLNet {version}");
        return trained.Card with
        {
            License = options.License,
            Source = options.Source is null ? recipe : $"{options.Source.TrimEnd('.')}. {recipe}",
        };
    }

    // Class names become keys, in the order of the names; the validation rows get the keys of the training rows.
    private static (IDataView Training, IDataView? Validation) WithKeys(MLContext context, IDataView data, PretrainingOptions options)
    {
        var name = options.LabelColumnName;
        if (data.Schema.GetColumnOrNull(name) is not { Type: TextDataViewType })
        {
            return (data, options.ValidationSet);
        }

        var keys = context.Transforms.Conversion
            .MapValueToKey(name, maximumNumberOfKeys: LargestNumberOfClasses, keyOrdinality: ValueToKeyMappingEstimator.KeyOrdinality.ByValue)
            .Fit(data);
        return (keys.Transform(data), options.ValidationSet is { } validation ? keys.Transform(validation) : null);
    }

    private static LabelReader ReaderFor(DataViewSchema schema, string name) => schema.GetColumnOrNull(name) switch
    {
        null => throw new ArgumentOutOfRangeException(nameof(schema), $"Could not find label column '{name}'"),
        { Type: BooleanDataViewType } => new BooleanLabelReader(),
        { Type: VectorDataViewType } => new MultiLabelReader(),
        _ => new KeyLabelReader(),
    };
}
