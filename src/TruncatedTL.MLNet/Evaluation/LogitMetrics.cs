namespace TruncatedTL.MLNet.Evaluation;

/// <summary>
/// Metrics of logits against labels. Logits are row-major [examples, outputs]; one output means a binary task whose logit is
/// that of class 1 against class 0, more mean softmax over the outputs.
/// </summary>
internal static class LogitMetrics
{
    /// <summary>Number of classes that this many outputs tell apart.</summary>
    public static int ClassCount(int outputs) => outputs == 1 ? 2 : outputs;

    /// <summary>Share of examples whose most probable class is their label; null without examples.</summary>
    /// <param name="logits">Logits, row-major [examples, outputs].</param>
    /// <param name="outputs">Length of the logits of one example.</param>
    /// <param name="labels">Class index per example.</param>
    /// <exception cref="ArgumentException">The lengths do not agree, a label is out of range or a logit is not finite.</exception>
    public static double? Accuracy(ReadOnlySpan<float> logits, int outputs, ReadOnlySpan<int> labels)
    {
        Check(logits, outputs, labels);
        if (labels.Length == 0)
        {
            return null;
        }

        var correct = 0;
        for (var i = 0; i < labels.Length; i++)
        {
            correct += MostProbableClass(logits.Slice(i * outputs, outputs)) == labels[i] ? 1 : 0;
        }

        return correct / (double)labels.Length;
    }

    /// <summary>Mean negative log-likelihood of the labels, in nats; null without examples.</summary>
    /// <inheritdoc cref="Accuracy" path="/param|/exception"/>
    public static double? CrossEntropy(ReadOnlySpan<float> logits, int outputs, ReadOnlySpan<int> labels)
    {
        Check(logits, outputs, labels);
        if (labels.Length == 0)
        {
            return null;
        }

        var sum = 0.0;
        for (var i = 0; i < labels.Length; i++)
        {
            var row = logits.Slice(i * outputs, outputs);
            sum += outputs == 1
                ? SoftPlus(labels[i] == 1 ? -row[0] : row[0])
                : LogSumExp(row, skip: -1) - row[labels[i]];
        }

        return sum / labels.Length;
    }

    /// <summary>Area under the ROC curve: of class 1 for a binary task, else the mean over the classes that occur, one-vs-rest. Null where fewer than two classes occur.</summary>
    /// <inheritdoc cref="Accuracy" path="/param|/exception"/>
    public static double? Auroc(ReadOnlySpan<float> logits, int outputs, ReadOnlySpan<int> labels) =>
        Rank(logits, outputs, labels, RankingMetrics.Auroc);

    /// <summary>Average precision: of class 1 for a binary task, else the mean over the classes that occur, one-vs-rest. Null where fewer than two classes occur.</summary>
    /// <inheritdoc cref="Accuracy" path="/param|/exception"/>
    public static double? AveragePrecision(ReadOnlySpan<float> logits, int outputs, ReadOnlySpan<int> labels) =>
        Rank(logits, outputs, labels, RankingMetrics.AveragePrecision);

    /// <summary>The class with the highest probability; the first of them in a tie, class 0 for a single logit of exactly 0.</summary>
    public static int MostProbableClass(ReadOnlySpan<float> logits)
    {
        if (logits.Length == 1)
        {
            return logits[0] > 0 ? 1 : 0;
        }

        var best = 0;
        for (var c = 1; c < logits.Length; c++)
        {
            best = logits[c] > logits[best] ? c : best;
        }

        return best;
    }

    /// <summary>The probabilities that logits stand for, row-major like them; of a single logit that of class 1.</summary>
    public static double[] Probabilities(ReadOnlySpan<float> logits, int outputs)
    {
        var result = new double[logits.Length];
        for (var start = 0; start < logits.Length; start += outputs)
        {
            var row = logits.Slice(start, outputs);
            var total = outputs == 1 ? 0 : LogSumExp(row, skip: -1);
            for (var c = 0; c < outputs; c++)
            {
                result[start + c] = outputs == 1 ? 1 / (1 + Math.Exp(-(double)row[0])) : Math.Exp(row[c] - total);
            }
        }

        return result;
    }

    private static double? Rank(ReadOnlySpan<float> logits, int outputs, ReadOnlySpan<int> labels, RankingMetric metric)
    {
        Check(logits, outputs, labels);
        if (outputs == 1)
        {
            var isPositive = new bool[labels.Length];
            for (var i = 0; i < labels.Length; i++)
            {
                isPositive[i] = labels[i] == 1;
            }

            return metric(ToDouble(logits), isPositive);
        }

        // A class without a single example in these rows cannot be ranked; the others still can.
        return RankingMetrics.MacroOneVersusRest(LogOdds(logits, outputs), outputs, labels, metric, skipUndefined: true);
    }

    // Ranks as the probabilities do, but confident predictions do not all round to probability 1 and become ties.
    private static double[] LogOdds(ReadOnlySpan<float> logits, int outputs)
    {
        var odds = new double[logits.Length];
        for (var start = 0; start < logits.Length; start += outputs)
        {
            var row = logits.Slice(start, outputs);
            for (var c = 0; c < outputs; c++)
            {
                odds[start + c] = row[c] - LogSumExp(row, skip: c);
            }
        }

        return odds;
    }

    private static double LogSumExp(ReadOnlySpan<float> values, int skip)
    {
        var maximum = double.NegativeInfinity;
        for (var i = 0; i < values.Length; i++)
        {
            maximum = i == skip ? maximum : Math.Max(maximum, values[i]);
        }


        var sum = 0.0;
        for (var i = 0; i < values.Length; i++)
        {
            sum += i == skip ? 0 : Math.Exp(values[i] - maximum);
        }

        return maximum + Math.Log(sum);
    }

    private static double SoftPlus(double x) => Math.Max(x, 0) + double.LogP1(Math.Exp(-Math.Abs(x)));

    private static double[] ToDouble(ReadOnlySpan<float> values)
    {
        var result = new double[values.Length];
        for (var i = 0; i < values.Length; i++)
        {
            result[i] = values[i];
        }

        return result;
    }

    private static void Check(ReadOnlySpan<float> logits, int outputs, ReadOnlySpan<int> labels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(outputs, 1);
        if (logits.Length != (long)labels.Length * outputs)
        {
            throw new ArgumentException($"{logits.Length} logits do not fit {labels.Length} examples with {outputs} outputs.", nameof(logits));
        }

        foreach (var label in labels)
        {
            if (label < 0 || label >= ClassCount(outputs))
            {
                throw new ArgumentException($"The label {label} is not one of {ClassCount(outputs)} classes.", nameof(labels));
            }
        }

        foreach (var logit in logits)
        {
            if (!float.IsFinite(logit))
            {
                throw new ArgumentException("A logit is not a finite number.", nameof(logits));
            }
        }
    }
}
