using System.Globalization;
using TruncatedTL.MLNet.Files;
using TruncatedTL.MLNet.Networks;
using TruncatedTL.MLNet.Onnx;
using TruncatedTL.MLNet.Weights;

namespace TruncatedTL.MLNet;

/// <summary>Makes an ONNX model of a weights file that <see cref="TransferLearningTransformer.SaveWeights"/> wrote, without the images that it was trained on.</summary>
public static class WeightsExport
{
    private const string SlopesKey = "truncatedtl.calibration.slopes";
    private const string OffsetsKey = "truncatedtl.calibration.offsets";

    /// <summary>
    /// Writes the network as ONNX with the input <c>image</c> and the outputs <c>logits</c> and <c>probabilities</c>, as <see cref="TransferLearningTransformer.SaveOnnx"/> does; a calibration
    /// that the file names is applied. What scores how unlike the training images an image is does not stand in a weights file, and is left out.
    /// </summary>
    /// <param name="weights">The file, read again.</param>
    /// <param name="path">The ONNX file; an existing one is replaced when the new one is complete.</param>
    /// <exception cref="WeightsException">The weights do not say enough to build the network (those of bare backbones do not), or do not fit what they say.</exception>
    /// <exception cref="OnnxExportException">The network cannot be written as ONNX.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void SaveOnnx(WeightsFile weights, string path)
    {
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        var description = ClassifierDescription.FromFile(weights);
        var specification = description.Specification;
        var metadata = weights.Metadata.Where(fact => !fact.Key.StartsWith("truncatedtl.outOfDistribution.", StringComparison.Ordinal)).ToDictionary();
        var model = OnnxExporter.Export(specification, description.TensorsOf(weights), new OnnxExportOptions
        {
            Input = new OnnxImageInput("image", description.HasByteValues ? OnnxInputElement.UInt8 : OnnxInputElement.Float, [specification.InputChannels, .. description.ImageSpatial]),
            Normalization = description.Normalization,
            Calibration = Calibration(metadata, specification.Outputs),
            LogitsName = "logits",
            ProbabilitiesName = "probabilities",
            Metadata = metadata,
        });
        AtomicFile.Write(path, stream => stream.Write(model));
    }

    private static HeadCalibration? Calibration(Dictionary<string, string> metadata, int outputs)
    {
        if (!metadata.ContainsKey(SlopesKey) && !metadata.ContainsKey(OffsetsKey))
        {
            return null;
        }

        var (slopes, offsets) = (Numbers(metadata, SlopesKey), Numbers(metadata, OffsetsKey));
        return slopes.Length == outputs && offsets.Length == outputs
            ? new HeadCalibration(slopes, offsets)
            : throw new WeightsException($"The metadata of the weights name a calibration of {slopes.Length} slopes and {offsets.Length} offsets; the network has {outputs} outputs.");
    }

    private static double[] Numbers(Dictionary<string, string> metadata, string key)
    {
        var texts = metadata.GetValueOrDefault(key)?.Split(' ') ?? [];
        var numbers = new double[texts.Length];
        for (var i = 0; i < texts.Length; i++)
        {
            if (!double.TryParse(texts[i], NumberStyles.Float, CultureInfo.InvariantCulture, out numbers[i]) || !double.IsFinite(numbers[i]))
            {
                throw new WeightsException($"The metadata of the weights say '{key}' in a way that cannot be used.");
            }
        }

        return numbers;
    }
}
