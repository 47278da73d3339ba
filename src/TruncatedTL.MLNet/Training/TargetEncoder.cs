namespace TruncatedTL.MLNet.Training;

/// <summary>
/// Turns labels into weighted target distributions: one-hot, smoothed, times the weight of the class and of the example. The
/// loss is the cross-entropy against these rows, divided by their sum.
/// </summary>
/// <remarks>
/// Where images have several labels a row holds, for L findings, the L targets of "no" and then the L targets of "yes"; both are zero for what is
/// unknown, so that it has no part in the loss. A binary task with one logit is the case L = 1 of this.
/// </remarks>
/// <param name="classWeights">One weight per class; multi-label, as <see cref="TrainingSet.CountByClass"/> counts.</param>
/// <param name="labelSmoothing">Share of a label that is spread evenly over all classes; multi-label, over yes and no.</param>
internal sealed class TargetEncoder(float[] classWeights, double labelSmoothing)
{
    /// <summary>Length of a row.</summary>
    public int TargetCount => classWeights.Length;

    /// <summary>Adds the distribution of an image's label, or of all its labels, to a row.</summary>
    /// <param name="row"><see cref="TargetCount"/> values.</param>
    /// <param name="set">Has the labels.</param>
    /// <param name="index">The image in the set.</param>
    /// <param name="share">Part of the example that is this image, 1 without mixup.</param>
    /// <returns>What was added to the row in total.</returns>
    public double Add(Span<float> row, TrainingSet set, int index, double share)
    {
        var labels = set.LabelsOf(index);
        return set.IsMultiLabel
            ? AddFindings(row, labels, share * set.Weight(index))
            : Add(row, labels[0], share, set.Weight(index));
    }

    /// <summary>Adds a label's distribution to a row, so that mixed labels are two calls.</summary>
    /// <param name="row">One value per class.</param>
    /// <param name="label">The class.</param>
    /// <param name="share">Part of the example that has this label, 1 without mixup.</param>
    /// <param name="exampleWeight">How much the example counts.</param>
    /// <returns>What was added to the row in total.</returns>
    public double Add(Span<float> row, int label, double share, float exampleWeight)
    {
        var total = 0.0;
        for (var c = 0; c < row.Length; c++)
        {
            var target = labelSmoothing / row.Length + (c == label ? 1 - labelSmoothing : 0);
            var value = share * exampleWeight * classWeights[c] * target;
            row[c] += (float)value;
            total += value;
        }

        return total;
    }

    private double AddFindings(Span<float> row, ReadOnlySpan<int> labels, double weight)
    {
        var total = 0.0;
        for (var finding = 0; finding < labels.Length; finding++)
        {
            if (labels[finding] == TrainingSet.Unknown)
            {
                continue;
            }

            for (var answer = 0; answer < 2; answer++)
            {
                var position = (answer * labels.Length) + finding;
                var value = weight * classWeights[position] * ((labelSmoothing / 2) + (labels[finding] == answer ? 1 - labelSmoothing : 0));
                row[position] += (float)value;
                total += value;
            }
        }

        return total;
    }
}
