using TruncatedTL.MLNet.Evaluation;
using TruncatedTL.MLNet.Training;

namespace TruncatedTL.MLNet.Experiments;

/// <summary>What each <see cref="ExperimentMetric"/> means: its value, its direction, its counterpart for choosing an epoch and in evaluations.</summary>
internal static class MetricRule
{
    /// <summary>As people write it.</summary>
    public static string NameOf(ExperimentMetric metric) => metric switch
    {
        ExperimentMetric.Auroc => "AUROC",
        ExperimentMetric.Auprc => "AUPRC",
        ExperimentMetric.LogLoss => "log-loss",
        ExperimentMetric.Accuracy => "accuracy",
        _ => "balanced accuracy",
    };

    public static bool IsHigherBetter(ExperimentMetric metric) => metric != ExperimentMetric.LogLoss;

    /// <summary>The metric by which a training chooses its epoch. No training knows balanced accuracy; the area under the curve does not reward neglecting a class either.</summary>
    public static ValidationMetric ForEpochs(ExperimentMetric metric) => metric switch
    {
        ExperimentMetric.Auprc => ValidationMetric.Auprc,
        ExperimentMetric.LogLoss => ValidationMetric.Loss,
        ExperimentMetric.Accuracy => ValidationMetric.Accuracy,
        _ => ValidationMetric.Auroc,
    };

    /// <summary>The figure of an evaluation.</summary>
    public static ClassificationMetric InEvaluation(ExperimentMetric metric) => metric switch
    {
        ExperimentMetric.Auroc => ClassificationMetric.AreaUnderRocCurve,
        ExperimentMetric.Auprc => ClassificationMetric.AreaUnderPrecisionRecallCurve,
        ExperimentMetric.LogLoss => ClassificationMetric.LogLoss,
        ExperimentMetric.Accuracy => ClassificationMetric.Accuracy,
        _ => ClassificationMetric.BalancedAccuracy,
    };

    /// <summary>The metric of validation logits, in its own direction.</summary>
    /// <param name="metric">The metric.</param>
    /// <param name="logits">Row-major [rows, outputs].</param>
    /// <param name="outputs">1 for two classes, otherwise the number of classes.</param>
    /// <param name="labels">Class of each row.</param>
    /// <returns>Null where the rows do not define it.</returns>
    public static double? Value(ExperimentMetric metric, ReadOnlySpan<float> logits, int outputs, ReadOnlySpan<int> labels) => metric switch
    {
        ExperimentMetric.Auroc => LogitMetrics.Auroc(logits, outputs, labels),
        ExperimentMetric.Auprc => LogitMetrics.AveragePrecision(logits, outputs, labels),
        ExperimentMetric.LogLoss => LogitMetrics.CrossEntropy(logits, outputs, labels),
        ExperimentMetric.Accuracy => LogitMetrics.Accuracy(logits, outputs, labels),
        _ => BalancedAccuracy(logits, outputs, labels),
    };

    /// <summary>The rows as an evaluation takes them.</summary>
    /// <param name="logits">Row-major [rows, outputs].</param>
    /// <param name="outputs">1 for two classes, otherwise the number of classes.</param>
    /// <param name="labels">Class of each row.</param>
    /// <param name="groups">Patient of each row; null where rows are independent.</param>
    /// <param name="classNames">Names of the classes.</param>
    public static ScoredExamples Examples(float[] logits, int outputs, int[] labels, string[]? groups, IReadOnlyList<string> classNames)
    {
        var probabilities = LogitMetrics.Probabilities(logits, outputs);
        return outputs == 1
            ? ScoredExamples.Binary(
                Array.ConvertAll(labels, label => label == 1), probabilities, Array.ConvertAll(logits, logit => (double)logit), groups: groups,
                negativeClassName: classNames[0], positiveClassName: classNames[1])
            : ScoredExamples.Multiclass(labels, probabilities, classNames, groups: groups);
    }

    private static double? BalancedAccuracy(ReadOnlySpan<float> logits, int outputs, ReadOnlySpan<int> labels)
    {
        var classes = LogitMetrics.ClassCount(outputs);
        var (correct, all) = (new int[classes], new int[classes]);
        for (var i = 0; i < labels.Length; i++)
        {
            all[labels[i]]++;
            correct[labels[i]] += LogitMetrics.MostProbableClass(logits.Slice(i * outputs, outputs)) == labels[i] ? 1 : 0;
        }

        var present = Enumerable.Range(0, classes).Where(c => all[c] > 0).ToArray();
        return present.Length == 0 ? null : present.Average(c => correct[c] / (double)all[c]);
    }
}
