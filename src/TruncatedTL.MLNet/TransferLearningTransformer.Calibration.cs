using Microsoft.ML;
using Microsoft.ML.Data;
using TruncatedTL.MLNet.Evaluation;
using TruncatedTL.MLNet.Evaluation.Statistics;

namespace TruncatedTL.MLNet;

/// <content>What validation rows can change in a fitted model: calibration and threshold.</content>
public sealed partial class TransferLearningTransformer
{
    /// <summary>What the last <see cref="Calibrate"/> did; null for a model that was never calibrated.</summary>
    public CalibrationReport? Calibration => _network.Adjustment.CalibrationReport;

    /// <summary>How the threshold was chosen; null for a model with the threshold of probability 0.5, or of more than two classes.</summary>
    public OperatingPointReport? OperatingPoint => _network.Adjustment.OperatingPoint;

    /// <summary>
    /// A copy of this model with calibrated probabilities. The calibration becomes part of the network's last layer: the saved zip's Score and
    /// Probability, <see cref="PredictProbabilities(IDataView, int, CancellationToken)"/> and <see cref="SaveOnnx"/> give the calibrated figures in any program, at no cost.
    /// <see cref="SaveWeights"/> writes the tensors as they were trained and names the calibration in its metadata.
    /// </summary>
    /// <param name="validation">
    /// Rows with the image column and the label column of training, which the network was not trained on; those that chose the epoch will do, a set of
    /// their own is better. Each row counts once.
    /// </param>
    /// <param name="method">What may change. Default: one temperature, which changes no decision by the highest score.</param>
    /// <returns>
    /// The copy, to be disposed like this model, which stays as it is; see <see cref="Calibration"/>. A model that is calibrated already is calibrated
    /// further, and a threshold (<see cref="WithOperatingPoint"/>) moves along, so that it parts images as before.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type than in training, or the method is none.</exception>
    /// <exception cref="CalibrationException">There are no rows, a row has no label, all rows are of one class, or the rows do not determine the calibration.</exception>
    public TransferLearningTransformer Calibrate(IDataView validation, CalibrationMethod method = CalibrationMethod.Temperature)
    {
        ArgumentNullException.ThrowIfNull(validation);
        if (!Enum.IsDefined(method))
        {
            throw new ArgumentOutOfRangeException(nameof(method), method, "There is no such method.");
        }

        var labels = ValidationLabels.Read(validation, _assembly, ClassNames);
        var head = _assembly.Head;
        var logits = _chain.NetworkOutputs(_assembly.Readable(validation))
            .SelectMany(outputs => outputs.Select((output, k) => output * head.Scale + head.Offset[k]))
            .ToArray();
        var (calibration, report) = LogitCalibrator.Fit(logits, labels, ClassNames, method);
        var former = _network.Adjustment;
        float? threshold = former.Threshold is { } logit ? (float)(calibration.Slopes[0] * logit + calibration.Offsets[0]) : null;
        return Adjusted(validation, former with { Calibration = calibration.After(former.Calibration), CalibrationReport = report, Threshold = threshold });
    }

    /// <summary>
    /// A copy of this model that decides at another threshold than probability 0.5. The threshold becomes part of ML.NET's own predictor: the saved zip's
    /// PredictedLabel is decided by it in any program. Score and Probability stay as they are. Where both are wanted, calibrate first.
    /// </summary>
    /// <param name="validation">Rows with the image column and the label column of training, which the network was not trained on.</param>
    /// <param name="operatingPoint">The rule that chooses the threshold.</param>
    /// <returns>The copy, to be disposed like this model, which stays as it is; see <see cref="OperatingPoint"/>.</returns>
    /// <exception cref="InvalidOperationException">The model tells more than two classes apart.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type than in training.</exception>
    /// <exception cref="CalibrationException">A row has no label, rows of both classes are not there, or no threshold fulfils the rule.</exception>
    public TransferLearningTransformer WithOperatingPoint(IDataView validation, OperatingPoint operatingPoint)
    {
        ArgumentNullException.ThrowIfNull(validation);
        ArgumentNullException.ThrowIfNull(operatingPoint);
        if (!_assembly.IsBinary)
        {
            throw new InvalidOperationException($"A threshold is for yes-or-no questions; this model tells {ClassNames.Count} classes apart.");
        }

        var labels = ValidationLabels.Read(validation, _assembly, ClassNames);

        // The very scores that the saved model compares with the threshold.
        var scores = _chain.Transformer.Transform(_assembly.Readable(validation)).GetColumn<float>(_assembly.NameOf("Score")).ToArray();
        if (!scores.All(float.IsFinite))
        {
            throw new CalibrationException("The model's score of a validation row is not a finite number.");
        }

        var report = ThresholdFinder.Find(scores, labels, operatingPoint);
        return Adjusted(validation, _network.Adjustment with { Threshold = report.Threshold, OperatingPoint = report });
    }

    private TransferLearningTransformer Adjusted(IDataView validation, ModelAdjustment adjustment)
    {
        var assembly = adjustment.Threshold is { } threshold
            ? _assembly with { Head = _assembly.Head.WithThreshold(_assembly.Context, threshold) }
            : _assembly;
        var network = _network.With(adjustment);
        return new TransferLearningTransformer(assembly.Build(validation, network, out _), network, assembly);
    }
}
