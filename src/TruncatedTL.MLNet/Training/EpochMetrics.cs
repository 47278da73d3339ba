using System.Globalization;
using System.Text;

namespace TruncatedTL.MLNet.Training;

/// <summary>What one epoch of training measured. Training numbers come from the training pass itself, with its augmentation and while weights still moved.</summary>
public sealed record EpochMetrics
{
    /// <summary>The epoch, counted from 1.</summary>
    public required int Epoch { get; init; }

    /// <summary>The largest number of epochs.</summary>
    public required int MaxEpochs { get; init; }

    /// <summary>What the epoch trained.</summary>
    public required TrainingPhase Phase { get; init; }

    /// <summary>The learning rate in the epoch's last step, before layer decay and head factor.</summary>
    public required double LearningRate { get; init; }

    /// <summary>Mean loss over all training images of the epoch, weighted as the loss is.</summary>
    public required double TrainLoss { get; init; }

    /// <summary>Share of training images classified correctly; under mixup, of the label with the larger part.</summary>
    public required double TrainAccuracy { get; init; }

    /// <summary>The same loss on the validation set; null without one.</summary>
    public double? ValidationLoss { get; init; }

    /// <summary>Share of validation images classified correctly; null without a validation set.</summary>
    public double? ValidationAccuracy { get; init; }

    /// <summary>Area under the ROC curve on the validation set; null without one or where a class is absent from it.</summary>
    public double? ValidationAuroc { get; init; }

    /// <summary>Average precision on the validation set; null without one or where a class is absent from it.</summary>
    public double? ValidationAuprc { get; init; }

    /// <summary>Whether the epoch is the best so far.</summary>
    public required bool IsBest { get; init; }

    /// <summary>How often the epoch was begun anew because its loss became infinite or NaN, each time at half the learning rate; nearly always 0.</summary>
    public int Retries { get; init; }

    /// <summary>Seconds since training began; where it went on from a checkpoint, without the time between.</summary>
    public required double ElapsedSeconds { get; init; }

    /// <summary>Training images per second in the training pass.</summary>
    public required double ImagesPerSecond { get; init; }

    /// <summary>One line, e.g. <c>epoch 3/30: loss 0.4120, accuracy 0.821 | validation loss 0.4010, accuracy 0.830, AUROC 0.901, AUPRC 0.880 * | lr 3.0E-4, 120 images/s, 12 s</c>; the asterisk marks the best so far.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"epoch {Epoch}/{MaxEpochs}{(Phase == TrainingPhase.Probe ? " (probe)" : string.Empty)}: ");
        text.Append(CultureInfo.InvariantCulture, $"loss {TrainLoss:0.0000}, accuracy {TrainAccuracy:0.000}");
        if (ValidationLoss is { } loss)
        {
            text.Append(CultureInfo.InvariantCulture, $" | validation loss {loss:0.0000}, accuracy {ValidationAccuracy:0.000}");
            text.Append(CultureInfo.InvariantCulture, $", AUROC {Defined(ValidationAuroc)}, AUPRC {Defined(ValidationAuprc)}");
        }

        text.Append(CultureInfo.InvariantCulture, $"{(IsBest ? " *" : string.Empty)}{(Retries > 0 ? FormattableString.Invariant($" | begun anew {Retries} x") : string.Empty)} | lr {LearningRate:0.0E+0}, {ImagesPerSecond:0} images/s, {ElapsedSeconds:0} s");
        return text.ToString();
    }

    private static string Defined(double? metric) => metric?.ToString("0.000", CultureInfo.InvariantCulture) ?? "undefined";
}
