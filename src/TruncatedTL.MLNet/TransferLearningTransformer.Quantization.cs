using System.Globalization;
using Microsoft.ML;
using TruncatedTL.MLNet.Onnx;

namespace TruncatedTL.MLNet;

/// <content>A model that computes in 8 bits.</content>
public sealed partial class TransferLearningTransformer
{
    /// <summary>What <see cref="Quantize"/> changed; null for a model in single precision.</summary>
    public QuantizationReport? Quantization => _network.QuantizationReport;

    /// <summary>
    /// A copy of this model whose layers up to the head are stored and computed in 8 bits: the saved zip and <see cref="SaveOnnx"/> take about a fifth of the bytes, and processors with 8-bit
    /// dot products (VNNI) score about three times faster. Static post-training quantization: activations with one scale and zero point for each, from the ranges they have on
    /// <paramref name="calibration"/>; weights with one scale for each output channel; biases corrected for what rounding the weights takes from the mean (Jacob et al. 2018, arXiv 1712.05877;
    /// Krishnamoorthi 2018, arXiv 1806.08342; Nagel et al. 2019, arXiv 1906.04721). The result loads in any ML.NET app, like any other. Scores change, by what <see cref="Quantization"/> says.
    /// <see cref="SaveWeights"/> writes the weights as trained.
    /// </summary>
    /// <param name="calibration">Rows with the image column of training that are like those to be scored, such as the training rows; labels are not needed. Some hundred images do, of all kinds.</param>
    /// <param name="validation">Rows that both models score to find out what has changed; null takes <paramref name="calibration"/>.</param>
    /// <param name="options">Bits of the weights and the most that may change; null takes the defaults.</param>
    /// <param name="cancellationToken">Looked at before each batch.</param>
    /// <returns>The copy, to be disposed like this model, which stays as it is. Calibration and threshold are carried over and can be made anew with the copy.</returns>
    /// <exception cref="QuantizationException">
    /// There are no rows, the model has an out-of-distribution score, whose threshold was set in single precision, it computes in 8 bits already, or its probabilities would change by more than allowed.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">The image column is missing or of another type than in training, or an option is out of its range.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public TransferLearningTransformer Quantize(IDataView calibration, IDataView? validation = null, QuantizationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(calibration);
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        options ??= new QuantizationOptions();
        options.Validate();
        if (_network.Quantization is not null)
        {
            throw new QuantizationException("The model computes in 8 bits already.");
        }

        if (_network.OutOfDistribution is not null)
        {
            throw new QuantizationException("The model has an out-of-distribution score, whose threshold was set on features in single precision. Train it without OutOfDistribution to write it in 8 bits.");
        }

        _chain.Transformer.GetOutputSchema(calibration.Schema);
        var activations = _network.MeasureActivations(calibration, _chain.Preparation, options.BatchSize, cancellationToken)
            ?? throw new QuantizationException("There are no rows to measure activations on.");
        var network = _network.With(new OnnxQuantization(activations, options.WeightBits));
        var quantized = new TransferLearningTransformer(_assembly.Build(calibration, network, out _), network, _assembly);
        try
        {
            var report = network.QuantizationReport = Compare(quantized, validation ?? calibration, activations.Images, options.BatchSize, cancellationToken);
            return report.MeanProbabilityChange <= options.MaxProbabilityChange
                ? quantized
                : throw new QuantizationException(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"In 8 bits, probabilities would change by {report.MeanProbabilityChange:0.0000} in the mean, more than the {options.MaxProbabilityChange} allowed ({report.ChangedDecisions} of {report.CheckedRows} decisions would be others). Give calibration rows of all kinds, set WeightBits to 8 where every processor that scores has VNNI, or take HalfPrecisionWeights, which changes next to nothing."),
                    report);
        }
        catch
        {
            quantized.Dispose();
            throw;
        }
    }

    private QuantizationReport Compare(TransferLearningTransformer quantized, IDataView rows, int calibrationRows, int batchSize, CancellationToken cancellation)
    {
        var (expected, actual) = (PredictProbabilities(rows, batchSize, cancellation), quantized.PredictProbabilities(rows, batchSize, cancellation));
        if (expected.Count == 0)
        {
            throw new QuantizationException("There are no rows to compare probabilities on.");
        }

        var changes = expected.Zip(actual, (left, right) => left.Zip(right, (a, b) => Math.Abs((double)a - b)).ToArray()).ToArray();
        return new QuantizationReport
        {
            CalibrationRows = calibrationRows,
            CheckedRows = expected.Count,
            MeanProbabilityChange = changes.Average(row => row.Average()),
            LargestProbabilityChange = changes.Max(row => row.Max()),
            ChangedDecisions = expected.Zip(actual).Count(pair => Array.IndexOf(pair.First, pair.First.Max()) != Array.IndexOf(pair.Second, pair.Second.Max())),
        };
    }
}
