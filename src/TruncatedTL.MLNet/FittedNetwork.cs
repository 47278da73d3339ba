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
internal sealed class FittedNetwork(
    TransferStrategy strategy,
    NetworkSpecification specification,
    PixelNormalization normalization,
    IReadOnlyDictionary<string, TensorData> tensors,
    IReadOnlyList<string> classNames,
    ImageInput input,
    ImagePreparation? preparation,
    KeyMatchReport? weightsReport,
    TrainingResult training)
{
    public TransferStrategy Strategy => strategy;

    public NetworkSpecification Specification => specification;

    public PixelNormalization Normalization => normalization;

    public IReadOnlyList<string> ClassNames => classNames;

    /// <summary>What was done to the training images' files before the model; null where they do not come from files.</summary>
    public ImagePreparation? Preparation => preparation;

    public KeyMatchReport? WeightsReport => weightsReport;

    public TrainingResult Training => training;

    /// <summary>What the parity check found.</summary>
    public double ParityError { get; set; }

    /// <summary>The model inside the scoring chain: one output, in the calibrated head's scale.</summary>
    public byte[] ExportForScoring(string inputName, string outputName, CalibratedHead head) =>
        OnnxExporter.Export(specification, tensors, Options(inputName) with
        {
            LogitsName = outputName,
            HeadAdjustment = new HeadAdjustment(head.Scale, head.Offset),
        });

    /// <summary>Writes a model with logits and probabilities.</summary>
    public void SaveOnnx(string path)
    {
        var model = OnnxExporter.Export(specification, tensors, Options("image") with
        {
            LogitsName = "logits",
            ProbabilitiesName = "probabilities",
        });
        AtomicFile.Write(path, stream => stream.Write(model));
    }

    /// <summary>The tensors with their provenance.</summary>
    public WeightsFile ToWeightsFile() => new(tensors, Metadata());

    private OnnxExportOptions Options(string inputName) => new()
    {
        Input = input.ToOnnxInput(inputName),
        Normalization = normalization,
        Metadata = Metadata(),
    };

    private Dictionary<string, string> Metadata()
    {
        var metadata = Description();
        if (preparation is not null)
        {
            metadata.Add(ModelMetadata.PreparationKey, preparation.ToJson());
        }

        return metadata;
    }

    private Dictionary<string, string> Description() => new()
    {
        ["truncatedtl.strategy"] = strategy.ToString(),
        ["truncatedtl.backbone"] = specification.Plan.Backbone.Name,
        ["truncatedtl.cut"] = specification.Plan.Cut.Name,
        ["truncatedtl.head"] = specification.Pooling.ToString(),
        ["truncatedtl.classes"] = string.Join('\n', classNames),
        ["truncatedtl.input"] = $"{specification.InputChannels}x{string.Join('x', specification.InputSpatial)}",
        ["truncatedtl.normalization"] = normalization.ToString(),
    };
}
