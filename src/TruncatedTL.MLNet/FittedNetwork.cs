using System.Globalization;
using Microsoft.ML;
using TruncatedTL.MLNet.Explanations;
using TruncatedTL.MLNet.Files;
using TruncatedTL.MLNet.Ingestion;
using TruncatedTL.MLNet.Networks;
using TruncatedTL.MLNet.Onnx;
using TruncatedTL.MLNet.Preparation;
using TruncatedTL.MLNet.Scoring;
using TruncatedTL.MLNet.Strategies;
using TruncatedTL.MLNet.Training;
using TruncatedTL.MLNet.Weights;

namespace TruncatedTL.MLNet;

/// <summary>A trained network in managed memory: tensors and everything needed to export or describe it.</summary>
internal sealed class FittedNetwork(TransferStrategy strategy, TrainedNetwork trained)
{
    private const string ProbabilitiesName = "probabilities";
    private const string ActivationsName = "activations";

    // What lives in native memory is copied; nothing here keeps the trained network alive.
    private readonly IReadOnlyDictionary<string, TensorData> _tensors = trained.Network.Snapshot();
    private readonly ImageInput _input = trained.Input;
    private readonly WeightsCard _card = trained.Card;

    public TransferStrategy Strategy => strategy;

    public NetworkSpecification Specification { get; } = trained.Network.Specification;

    public PixelNormalization Normalization { get; } = trained.Normalization;

    public IReadOnlyList<string> ClassNames { get; } = trained.ClassNames;

    /// <summary>What was done to the training images' files before the model; null where they do not come from files.</summary>
    public ImagePreparation? Preparation { get; } = trained.Preparation;

    public KeyMatchReport? WeightsReport { get; } = trained.WeightsReport;

    public TrainingResult Training { get; } = trained.Result;

    /// <summary>What the parity check found.</summary>
    public double ParityError { get; set; }

    /// <summary>When an image is called unlike the training images; null where nobody asked.</summary>
    public OutOfDistributionRule? OutOfDistribution { get; init; }

    /// <summary>How exported models store the weights.</summary>
    public OnnxWeightStorage WeightStorage { get; init; } = OnnxWeightStorage.Float32;

    /// <summary>How exported models compute in 8 bits; null for single precision.</summary>
    public OnnxQuantization? Quantization { get; private set; }

    /// <summary>What computing in 8 bits changed; null for single precision.</summary>
    public QuantizationReport? QuantizationReport { get; set; }

    /// <summary>What was changed on validation rows after training: calibration and threshold.</summary>
    public ModelAdjustment Adjustment { get; private set; } = ModelAdjustment.None;

    /// <summary>The same network with another calibration or threshold.</summary>
    public FittedNetwork With(ModelAdjustment adjustment)
    {
        var copy = (FittedNetwork)MemberwiseClone();
        copy.Adjustment = adjustment;
        return copy;
    }

    /// <summary>The same network, whose exported models compute in 8 bits.</summary>
    public FittedNetwork With(OnnxQuantization quantization)
    {
        var copy = (FittedNetwork)MemberwiseClone();
        copy.Quantization = quantization;
        return copy;
    }

    /// <summary>Finds out what the activations of images are like, in single precision.</summary>
    /// <param name="rows">Rows like those of training.</param>
    /// <param name="preparation">The transforms before the network; null if the user's column holds the pixels.</param>
    /// <param name="batchSize">Images at once.</param>
    /// <param name="cancellation">Looked at before each batch.</param>
    /// <returns>Null if there are no rows.</returns>
    public ActivationStatistics? MeasureActivations(IDataView rows, ITransformer? preparation, int batchSize, CancellationToken cancellation)
    {
        var options = Options(_input.PixelColumnName) with { LogitsName = "logits", WeightStorage = OnnxWeightStorage.Float32 };
        var (model, activations) = OnnxExporter.ExportWithActivations(Specification, _tensors, options, ActivationsName);
        using var scorer = new BatchScorer(model, ActivationsName, _input, preparation);
        var tally = new ActivationTally(activations);
        scorer.Score(rows, batchSize, tally.Add, cancellation);
        return tally.ToStatistics();
    }

    /// <summary>The model inside the scoring chain: logits in the calibrated head's scale, and the distance from the training images where the rule is there.</summary>
    public byte[] ExportForScoring(string inputName, string outputName, CalibratedHead head, CalibratedHead? distanceHead) =>
        OnnxExporter.Export(Specification, _tensors, Options(inputName) with
        {
            LogitsName = outputName,
            HeadAdjustment = new HeadAdjustment(head.Scale, head.Offset),
            Distance = distanceHead is null ? null : OutOfDistribution!.ToOnnx(distanceHead),
        });

    /// <summary>A scorer of many rows at once, whose outputs are probabilities.</summary>
    /// <param name="preparation">The transforms before the network; null if the user's column holds the pixels.</param>
    public BatchScorer CreateBatchScorer(ITransformer? preparation) =>
        new(ExportWithProbabilities(_input.PixelColumnName), ProbabilitiesName, _input, preparation);

    /// <summary>A scorer of pixels that are prepared already: float32 at the network's size, whose outputs are probabilities.</summary>
    public PixelScorer CreatePixelScorer() =>
        new(
            OnnxExporter.Export(Specification, _tensors, Options("image") with
            {
                Input = new OnnxImageInput("image", OnnxInputElement.Float, [_input.Channels, .. _input.NetworkSpatial]),
                LogitsName = "logits",
                ProbabilitiesName = ProbabilitiesName,
            }),
            ProbabilitiesName,
            [_input.Channels, .. _input.NetworkSpatial]);

    /// <summary>Writes a model with logits and probabilities.</summary>
    public void SaveOnnx(string path)
    {
        var model = ExportWithProbabilities("image", OutOfDistribution?.ToOnnx("outOfDistribution"));
        AtomicFile.Write(path, stream => stream.Write(model));
    }

    /// <summary>The tensors with their provenance.</summary>
    public WeightsFile ToWeightsFile() => new(_tensors, Metadata());

    /// <summary>The network in TorchSharp again, for explanations; it shares nothing with this object.</summary>
    public ImageExplainer CreateExplainer() => ImageExplainer.Create(Describe(), _tensors);

    private byte[] ExportWithProbabilities(string inputName, OnnxDistance? distance = null) =>
        OnnxExporter.Export(Specification, _tensors, Options(inputName) with { LogitsName = "logits", ProbabilitiesName = ProbabilitiesName, Distance = distance });

    private OnnxExportOptions Options(string inputName) => new()
    {
        Input = _input.ToOnnxInput(inputName),
        Normalization = Normalization,
        Calibration = Adjustment.HeadCalibration,
        WeightStorage = WeightStorage,
        Quantization = Quantization,
        Metadata = Metadata(),
    };

    private Dictionary<string, string> Metadata()
    {
        var metadata = new Dictionary<string, string>([.. _card.ToMetadata(), .. Describe().ToMetadata(), .. TrainingFacts(), .. Adjustment.ToMetadata(), .. OutOfDistribution?.ToMetadata() ?? [], .. QuantizationFacts()]);
        if (Preparation is not null)
        {
            metadata.Add(ModelMetadata.PreparationKey, Preparation.ToJson());
        }

        return metadata;
    }

    // Nothing that differs between two equal trainings, such as their time.
    private IEnumerable<KeyValuePair<string, string>> TrainingFacts() =>
    [
        new("truncatedtl.training.epochs", Training.History.Count.ToString(CultureInfo.InvariantCulture)),
        new("truncatedtl.training.best_epoch", Training.BestEpoch.ToString(CultureInfo.InvariantCulture)),
        new("truncatedtl.training.metric", $"{(Training.IsMetricOnValidation ? "validation" : "training")} {Training.Metric}"),
        new("truncatedtl.training.value", Training.BestMetric.ToString("R", CultureInfo.InvariantCulture)),
    ];

    private IEnumerable<KeyValuePair<string, string>> QuantizationFacts() =>
        Quantization is null
        ? []
        : [
            new("truncatedtl.quantization.bits", "8"),
            new("truncatedtl.quantization.weight_bits", Quantization.WeightBits.ToString(CultureInfo.InvariantCulture)),
            new("truncatedtl.quantization.images", Quantization.Activations.Images.ToString(CultureInfo.InvariantCulture)),
        ];

    private ClassifierDescription Describe() => new()
    {
        Strategy = strategy,
        Specification = Specification,
        Normalization = Normalization,
        ClassNames = ClassNames,
        ImageSpatial = _input.SourceSpatial,
        HasByteValues = _input.IsByte,
    };
}
