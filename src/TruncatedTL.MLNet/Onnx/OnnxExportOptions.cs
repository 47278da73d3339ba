using TruncatedTL.MLNet.Networks;

namespace TruncatedTL.MLNet.Onnx;

/// <summary>What an exported model reads, puts out and says about itself.</summary>
internal sealed record OnnxExportOptions
{
    /// <summary>The user's column.</summary>
    public required OnnxImageInput Input { get; init; }

    /// <summary>How pixel values become the network's input, after resizing.</summary>
    public required PixelNormalization Normalization { get; init; }

    /// <summary>Name of the output with the logits, [N, Outputs].</summary>
    public string LogitsName { get; init; } = "Logits";

    /// <summary>
    /// Name of an output with probabilities, [N, Outputs]: softmax over the classes, or the sigmoid where the network has one output. Null for none.
    /// Not together with <see cref="HeadAdjustment"/>, whose outputs are no logits any more.
    /// </summary>
    public string? ProbabilitiesName { get; init; }

    /// <summary>Name of an output with the pooled features that the linear layer reads, [N, HeadFeatures]. Null for none.</summary>
    public string? FeaturesName { get; init; }

    /// <summary>A linear change of the logits, written into the last layer's constants. Null for none.</summary>
    public HeadAdjustment? HeadAdjustment { get; init; }

    /// <summary>A change of the logits that is part of the model; it comes before <see cref="HeadAdjustment"/>. Null for none.</summary>
    public HeadCalibration? Calibration { get; init; }

    /// <summary>An additional output that says how unlike the training images an image is. Null for none.</summary>
    public OnnxDistance? Distance { get; init; }

    /// <summary>Writes a convolution and the batch normalisation behind it as one convolution: fewer nodes, same result but for rounding.</summary>
    public bool FoldBatchNormalization { get; init; } = true;

    /// <summary>How weights are stored.</summary>
    public OnnxWeightStorage WeightStorage { get; init; } = OnnxWeightStorage.Float32;

    /// <summary>Writes the network up to the head in 8 bits, whatever <see cref="WeightStorage"/> says. Null for single precision.</summary>
    public OnnxQuantization? Quantization { get; init; }

    /// <summary>Facts that the file carries (strategy, backbone, cut, class names, licence note, ...), written in the order of their keys.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();
}
