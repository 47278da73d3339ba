namespace TruncatedTL.MLNet.Evaluation.Statistics;

/// <summary>Figures that need only the weighted counts of (label, prediction). NaN marks what the counts do not define.</summary>
internal static class ConfusionFigures
{
    /// <summary>
    /// Fills the figures of a confusion matrix, row-major [label, prediction], into <paramref name="values"/>, where the areas of
    /// classes must be already, for their means.
    /// </summary>
    public static void Fill(ReadOnlySpan<double> counts, int classes, MetricLayout layout, Span<double> values)
    {
        var (labels, predictions) = (new double[classes], new double[classes]);
        var (total, agreed) = (0.0, 0.0);
        for (var label = 0; label < classes; label++)
        {
            for (var prediction = 0; prediction < classes; prediction++)
            {
                var count = counts[label * classes + prediction];
                labels[label] += count;
                predictions[prediction] += count;
                total += count;
                agreed += label == prediction ? count : 0;
            }
        }

        for (var c = 0; c < classes; c++)
        {
            FillClass(counts, classes, c, total, layout, values);
        }

        FillAverages(labels, layout, values);
        values[layout.Whole(ClassificationMetric.Accuracy)] = total > 0 ? agreed / total : double.NaN;
        var occurring = CountPositive(labels);
        values[layout.Whole(ClassificationMetric.BalancedAccuracy)] = occurring >= 2 ? values[layout.Macro(ClassificationMetric.Sensitivity)] : double.NaN;
        values[layout.Whole(ClassificationMetric.MatthewsCorrelation)] =
            occurring >= 2 && CountPositive(predictions) >= 2 ? Matthews(labels, predictions, agreed, total) : double.NaN;
        values[layout.Whole(ClassificationMetric.CohenKappa)] = Kappa(counts, labels, predictions, total, quadratic: false);
        values[layout.Whole(ClassificationMetric.QuadraticKappa)] = Kappa(counts, labels, predictions, total, quadratic: true);
    }

    private static void FillClass(ReadOnlySpan<double> counts, int classes, int c, double total, MetricLayout layout, Span<double> values)
    {
        var truePositives = counts[c * classes + c];
        var (falseNegatives, falsePositives) = (0.0, 0.0);
        for (var other = 0; other < classes; other++)
        {
            falseNegatives += other == c ? 0 : counts[c * classes + other];
            falsePositives += other == c ? 0 : counts[other * classes + c];
        }

        var trueNegatives = Math.Max(0, total - truePositives - falseNegatives - falsePositives);
        values[layout.OfClass(ClassificationMetric.Sensitivity, c)] = Ratio(truePositives, truePositives + falseNegatives);
        values[layout.OfClass(ClassificationMetric.Specificity, c)] = Ratio(trueNegatives, trueNegatives + falsePositives);
        values[layout.OfClass(ClassificationMetric.PositivePredictiveValue, c)] = Ratio(truePositives, truePositives + falsePositives);
        values[layout.OfClass(ClassificationMetric.NegativePredictiveValue, c)] = Ratio(trueNegatives, trueNegatives + falseNegatives);
        values[layout.OfClass(ClassificationMetric.F1Score, c)] = Ratio(2 * truePositives, 2 * truePositives + falsePositives + falseNegatives);
    }

    // Over the classes that occur. A figure that is undefined for one of those stays undefined: leaving out the class that is never
    // predicted would flatter the model.
    private static void FillAverages(ReadOnlySpan<double> labels, MetricLayout layout, Span<double> values)
    {
        for (var metric = (ClassificationMetric)0; MetricLayout.IsPerClass(metric); metric++)
        {
            var (sum, weightedSum, weight, occurring) = (0.0, 0.0, 0.0, 0);
            for (var c = 0; c < labels.Length; c++)
            {
                if (labels[c] > 0)
                {
                    var value = values[layout.OfClass(metric, c)];
                    sum += value;
                    weightedSum += labels[c] * value;
                    weight += labels[c];
                    occurring++;
                }
            }

            values[layout.Macro(metric)] = sum / occurring;
            values[layout.Weighted(metric)] = weightedSum / weight;
        }
    }

    private static double Matthews(ReadOnlySpan<double> labels, ReadOnlySpan<double> predictions, double agreed, double total)
    {
        var (both, labelSquares, predictionSquares) = (0.0, 0.0, 0.0);
        for (var c = 0; c < labels.Length; c++)
        {
            both += labels[c] * predictions[c];
            labelSquares += labels[c] * labels[c];
            predictionSquares += predictions[c] * predictions[c];
        }

        return (agreed * total - both) / Math.Sqrt((total * total - labelSquares) * (total * total - predictionSquares));
    }

    private static double Kappa(ReadOnlySpan<double> counts, ReadOnlySpan<double> labels, ReadOnlySpan<double> predictions, double total, bool quadratic)
    {
        var (observed, expected) = (0.0, 0.0);
        for (var label = 0; label < labels.Length; label++)
        {
            for (var prediction = 0; prediction < labels.Length; prediction++)
            {
                var distance = label == prediction ? 0.0 : quadratic ? (label - prediction) * (double)(label - prediction) : 1;
                observed += distance * counts[label * labels.Length + prediction];
                expected += distance * labels[label] * predictions[prediction];
            }
        }

        return expected > 0 ? 1 - observed * total / expected : double.NaN;
    }

    private static double Ratio(double part, double whole) => whole > 0 ? part / whole : double.NaN;

    private static int CountPositive(ReadOnlySpan<double> values)
    {
        var count = 0;
        foreach (var value in values)
        {
            count += value > 0 ? 1 : 0;
        }

        return count;
    }
}
