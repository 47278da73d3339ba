namespace TruncatedTL.MLNet.Evaluation;

/// <summary>
/// Metrics of logits against several yes-or-no labels an image: logits and labels are row-major [examples, findings], a label is 1 for yes, 0 for
/// no, and anything negative where nothing is known; such labels have no part in a metric.
/// </summary>
internal static class MultiLabelMetrics
{
    /// <summary>Share of the known labels that the sign of the logit tells; null where none is known.</summary>
    /// <param name="logits">Logits, row-major [examples, findings].</param>
    /// <param name="findings">Number of findings.</param>
    /// <param name="labels">Labels, row-major [examples, findings].</param>
    /// <exception cref="ArgumentException">The lengths do not agree.</exception>
    public static double? Accuracy(ReadOnlySpan<float> logits, int findings, ReadOnlySpan<int> labels)
    {
        Check(logits, findings, labels);
        var known = 0;
        var correct = 0;
        for (var i = 0; i < labels.Length; i++)
        {
            if (labels[i] >= 0)
            {
                known++;
                correct += (logits[i] > 0 ? 1 : 0) == labels[i] ? 1 : 0;
            }
        }

        return known == 0 ? null : correct / (double)known;
    }

    /// <summary>Mean area under the ROC curve over the findings that are known to be present in some examples and absent in others; null where there is none.</summary>
    /// <inheritdoc cref="Accuracy" path="/param|/exception"/>
    public static double? Auroc(ReadOnlySpan<float> logits, int findings, ReadOnlySpan<int> labels) =>
        Mean(logits, findings, labels, RankingMetrics.Auroc);

    /// <summary>Mean average precision over the same findings as <see cref="Auroc"/>; null where there is none.</summary>
    /// <inheritdoc cref="Accuracy" path="/param|/exception"/>
    public static double? AveragePrecision(ReadOnlySpan<float> logits, int findings, ReadOnlySpan<int> labels) =>
        Mean(logits, findings, labels, RankingMetrics.AveragePrecision);

    private static double? Mean(ReadOnlySpan<float> logits, int findings, ReadOnlySpan<int> labels, RankingMetric metric)
    {
        Check(logits, findings, labels);
        var sum = 0.0;
        var defined = 0;
        for (var finding = 0; finding < findings; finding++)
        {
            var scores = new List<double>();
            var isPositive = new List<bool>();
            for (var i = finding; i < labels.Length; i += findings)
            {
                if (labels[i] >= 0)
                {
                    scores.Add(logits[i]);
                    isPositive.Add(labels[i] == 1);
                }
            }

            // Average precision is defined without negatives, but says nothing then.
            if (isPositive.Contains(true) && isPositive.Contains(false) && metric(scores.ToArray(), isPositive.ToArray()) is { } value)
            {
                sum += value;
                defined++;
            }
        }

        return defined == 0 ? null : sum / defined;
    }

    private static void Check(ReadOnlySpan<float> logits, int findings, ReadOnlySpan<int> labels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(findings, 1);
        if (logits.Length != labels.Length || labels.Length % findings != 0)
        {
            throw new ArgumentException($"{logits.Length} logits do not fit {labels.Length} labels of {findings} findings.", nameof(logits));
        }
    }
}
