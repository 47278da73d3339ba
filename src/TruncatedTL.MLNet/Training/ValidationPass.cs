using TruncatedTL.MLNet.Evaluation;
using TruncatedTL.MLNet.Networks;

namespace TruncatedTL.MLNet.Training;

/// <summary>Scores the validation set after an epoch and measures it.</summary>
/// <param name="network">The network.</param>
/// <param name="set">The validation set.</param>
/// <param name="normalization">How pixel values become the network's input.</param>
/// <param name="batchSize">Largest number of images per batch.</param>
/// <param name="encoder">Encodes the labels.</param>
/// <param name="loss">The loss.</param>
/// <param name="prefix">Keeps what frozen units make of the images.</param>
internal sealed class ValidationPass(
    TransferNetwork network, TrainingSet set, PixelNormalization normalization, int batchSize, TargetEncoder encoder, ClassificationLoss loss, FrozenPrefix prefix)
{
    /// <summary>Logits of all images, row-major [images, outputs]; null if one is not finite.</summary>
    /// <param name="batchDone">Told after each batch how many of how many are done.</param>
    /// <param name="cancellation">Looked at before each batch.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public float[]? Score(Action<int, int> batchDone, CancellationToken cancellation)
    {
        var logits = prefix.Prepare(cancellation)
            ? prefix.Logits(batchDone, cancellation)
            : Scorer.Logits(network, set.Images, set.Rows, normalization, batchSize, batchDone, cancellation);
        return logits.All(float.IsFinite) ? logits : null;
    }

    /// <summary>Adds what the logits say to an epoch's metrics.</summary>
    public EpochMetrics Measure(EpochMetrics metrics, float[] logits)
    {
        var outputs = network.Specification.Outputs;
        return metrics with
        {
            ValidationLoss = loss.Mean(logits, outputs, set, encoder),
            ValidationAccuracy = set.IsMultiLabel ? MultiLabelMetrics.Accuracy(logits, outputs, set.Labels) : LogitMetrics.Accuracy(logits, outputs, set.Labels),
            ValidationAuroc = set.IsMultiLabel ? MultiLabelMetrics.Auroc(logits, outputs, set.Labels) : LogitMetrics.Auroc(logits, outputs, set.Labels),
            ValidationAuprc = set.IsMultiLabel
                ? MultiLabelMetrics.AveragePrecision(logits, outputs, set.Labels)
                : LogitMetrics.AveragePrecision(logits, outputs, set.Labels),
        };
    }
}
