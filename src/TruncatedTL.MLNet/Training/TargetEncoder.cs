namespace TruncatedTL.MLNet.Training;

/// <summary>
/// Turns labels into weighted target distributions: one-hot, smoothed, times the weight of the class and of the example. The
/// loss is the cross-entropy against these rows, divided by their sum.
/// </summary>
/// <param name="classWeights">One weight per class.</param>
/// <param name="labelSmoothing">Share of a label that is spread evenly over all classes.</param>
internal sealed class TargetEncoder(float[] classWeights, double labelSmoothing)
{
    public int ClassCount => classWeights.Length;

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
}
