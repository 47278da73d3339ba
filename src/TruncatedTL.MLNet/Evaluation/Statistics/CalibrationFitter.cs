namespace TruncatedTL.MLNet.Evaluation.Statistics;

/// <summary>
/// Fits calibrations by minimising the negative log-likelihood. All three problems are convex, so that there is one answer and Newton's
/// method finds it. Logits are row-major [rows, outputs]; one output means a yes-or-no question.
/// </summary>
internal static class CalibrationFitter
{
    /// <summary>Temperatures stay between 1 / 20 and 20.</summary>
    public const double LargestTemperature = 20;

    private const int MostSteps = 100;

    /// <summary>
    /// The best common factor of all logits, 1 / temperature. Where every row is right, ever larger factors would be ever better: the rows cannot
    /// say how sure the model may be, and the factor is at most 1.
    /// </summary>
    /// <param name="logits">Logits, row-major [rows, outputs].</param>
    /// <param name="outputs">Length of a row.</param>
    /// <param name="labels">Class of each row.</param>
    /// <exception cref="CalibrationException">All classes have the same score in every row.</exception>
    public static double Factor(ReadOnlySpan<double> logits, int outputs, ReadOnlySpan<int> labels)
    {
        var (_, curvature) = FactorDerivatives(logits, outputs, labels, 1e-3);
        if (!(curvature > 0))
        {
            throw new CalibrationException("The model gives all classes the same score in every validation row; no temperature can change that.");
        }

        var (lower, upper) = (1 / LargestTemperature, AreAllRight(logits, outputs, labels) ? 1 : LargestTemperature);
        if (FactorDerivatives(logits, outputs, labels, lower).Slope >= 0)
        {
            return lower;
        }

        if (FactorDerivatives(logits, outputs, labels, upper).Slope <= 0)
        {
            return upper;
        }

        // Newton's step where it stays between the ends, else their geometric middle; the slope rises, so the ends always hold its zero.
        var factor = Math.Clamp(1, lower, upper);
        for (var step = 0; step < MostSteps; step++)
        {
            (var slope, curvature) = FactorDerivatives(logits, outputs, labels, factor);
            if (slope == 0)
            {
                return factor;
            }

            (lower, upper) = slope > 0 ? (lower, factor) : (factor, upper);
            var next = factor - slope / curvature;
            next = next > lower && next < upper ? next : Math.Sqrt(lower * upper);
            if (Math.Abs(next - factor) <= 1e-14 * factor)
            {
                return next;
            }

            factor = next;
        }

        return factor;
    }

    /// <summary>
    /// Slope and offset of a yes-or-no question (Platt 1999). Targets are Platt's, (positives + 1) / (positives + 2) and 1 / (negatives + 2) instead of 1 and 0,
    /// so that there is an answer even where the classes are separated.
    /// </summary>
    /// <param name="logits">One logit a row.</param>
    /// <param name="labels">1 for positive rows, else 0.</param>
    /// <exception cref="CalibrationException">All logits are equal, or rows of the positive class have the lower ones.</exception>
    public static LogitCalibration Platt(ReadOnlySpan<double> logits, ReadOnlySpan<int> labels)
    {
        var values = logits.ToArray();
        var positives = labels.Count(1);
        var (high, low) = ((positives + 1.0) / (positives + 2.0), 1.0 / (labels.Length - positives + 2.0));
        var targets = Array.ConvertAll(labels.ToArray(), label => label == 1 ? high : low);

        // Newton's method knows no units: with logits of mean 0 and spread 1 the steps are well conditioned whatever the model's scale is.
        var mean = values.Average();
        var spread = Math.Sqrt(values.Average(value => (value - mean) * (value - mean)));
        if (!(spread > 1e-12 * Math.Max(1, Math.Abs(mean))))
        {
            throw new CalibrationException("The model gives every validation row the same score; there is nothing to calibrate.");
        }

        var scaled = Array.ConvertAll(values, value => (value - mean) / spread);
        var answer = NewtonMethod.Minimize([0, Math.Log(targets.Sum() / (targets.Length - targets.Sum()))], (point, gradient, hessian) =>
        {
            var loss = 0.0;
            for (var i = 0; i < scaled.Length; i++)
            {
                var logit = point[0] * scaled[i] + point[1];
                loss += SoftPlus(logit) - targets[i] * logit;
                var probability = Sigmoid(logit);
                var (error, weight) = (probability - targets[i], probability * (1 - probability));
                gradient[0] += error * scaled[i];
                gradient[1] += error;
                hessian[0] += weight * scaled[i] * scaled[i];
                hessian[2] += weight * scaled[i];
                hessian[3] += weight;
            }

            return loss;
        });
        var slope = answer[0] / spread;
        return new([RequirePositive(slope, "the positive class")], [answer[1] - slope * mean]);
    }

    /// <summary>
    /// A slope and an offset for each class (vector scaling, Guo et al. 2017), with half a squared distance from slope 1 and offset 0 added to the whole
    /// negative log-likelihood: nothing beside many rows, and an answer where few rows are separated.
    /// </summary>
    /// <param name="logits">Logits, row-major [rows, outputs].</param>
    /// <param name="outputs">Length of a row.</param>
    /// <param name="labels">Class of each row.</param>
    /// <param name="classNames">Names of the classes, for messages.</param>
    /// <exception cref="CalibrationException">A class has no row, or its score says the opposite of what it should.</exception>
    public static LogitCalibration Vector(ReadOnlySpan<double> logits, int outputs, ReadOnlySpan<int> labels, IReadOnlyList<string> classNames)
    {
        for (var c = 0; c < outputs; c++)
        {
            if (!labels.Contains(c))
            {
                throw new CalibrationException($"No validation row is of the class '{classNames[c]}'; its slope and offset cannot be fitted. Use a temperature, or more rows.");
            }
        }

        var (values, classes) = (logits.ToArray(), labels.ToArray());
        double[] start = [.. Enumerable.Repeat(1.0, outputs), .. Enumerable.Repeat(0.0, outputs)];
        var answer = NewtonMethod.Minimize(start, (point, gradient, hessian) => VectorLoss(values, outputs, classes, point, gradient, hessian));
        return new(
            [.. answer.Take(outputs).Select((slope, c) => RequirePositive(slope, $"the class '{classNames[c]}'"))],
            [.. answer.Skip(outputs)]);
    }

    /// <summary>Probabilities, row-major [rows, outputs]; of the positive class where there is one output.</summary>
    public static double[] Probabilities(ReadOnlySpan<double> logits, int outputs)
    {
        var result = new double[logits.Length];
        for (var start = 0; start < logits.Length; start += outputs)
        {
            if (outputs == 1)
            {
                result[start] = Sigmoid(logits[start]);
            }
            else
            {
                SoftMax(logits.Slice(start, outputs), result.AsSpan(start, outputs));
            }
        }

        return result;
    }

    /// <summary>Mean negative log-likelihood of the labels, in nats.</summary>
    public static double LogLoss(ReadOnlySpan<double> logits, int outputs, ReadOnlySpan<int> labels)
    {
        var sum = 0.0;
        for (var i = 0; i < labels.Length; i++)
        {
            var row = logits.Slice(i * outputs, outputs);
            sum += outputs == 1 ? SoftPlus(labels[i] == 1 ? -row[0] : row[0]) : LogSumExp(row) - row[labels[i]];
        }

        return sum / labels.Length;
    }

    private static double VectorLoss(double[] logits, int outputs, int[] labels, double[] point, double[] gradient, double[] hessian)
    {
        var size = 2 * outputs;
        var changed = new double[outputs];
        var probabilities = new double[outputs];
        var loss = 0.0;
        for (var k = 0; k < size; k++)
        {
            var difference = point[k] - (k < outputs ? 1 : 0);
            loss += difference * difference / 2;
            gradient[k] += difference;
            hessian[k * size + k] += 1;
        }

        for (var i = 0; i < labels.Length; i++)
        {
            var row = logits.AsSpan(i * outputs, outputs);
            for (var c = 0; c < outputs; c++)
            {
                changed[c] = point[c] * row[c] + point[outputs + c];
            }

            loss += SoftMax(changed, probabilities) - changed[labels[i]];
            for (var a = 0; a < outputs; a++)
            {
                var error = probabilities[a] - (a == labels[i] ? 1 : 0);
                gradient[a] += error * row[a];
                gradient[outputs + a] += error;
                for (var b = 0; b <= a; b++)
                {
                    var weight = probabilities[a] * ((a == b ? 1 : 0) - probabilities[b]);
                    hessian[a * size + b] += weight * row[a] * row[b];
                    hessian[(outputs + a) * size + b] += weight * row[b];
                    hessian[(outputs + a) * size + outputs + b] += weight;
                    if (a != b)
                    {
                        hessian[(outputs + b) * size + a] += weight * row[a];
                    }
                }
            }
        }

        return loss;
    }

    // First and second derivative of the summed negative log-likelihood by the common factor.
    private static (double Slope, double Curvature) FactorDerivatives(ReadOnlySpan<double> logits, int outputs, ReadOnlySpan<int> labels, double factor)
    {
        var probabilities = new double[outputs];
        var scaled = new double[outputs];
        var (slope, curvature) = (0.0, 0.0);
        for (var i = 0; i < labels.Length; i++)
        {
            var row = logits.Slice(i * outputs, outputs);
            if (outputs == 1)
            {
                var probability = Sigmoid(factor * row[0]);
                slope += (probability - labels[i]) * row[0];
                curvature += probability * (1 - probability) * row[0] * row[0];
                continue;
            }

            for (var c = 0; c < outputs; c++)
            {
                scaled[c] = factor * row[c];
            }

            SoftMax(scaled, probabilities);
            var mean = 0.0;
            for (var c = 0; c < outputs; c++)
            {
                mean += probabilities[c] * row[c];
            }

            slope += mean - row[labels[i]];
            for (var c = 0; c < outputs; c++)
            {
                curvature += probabilities[c] * (row[c] - mean) * (row[c] - mean);
            }
        }

        return (slope, curvature);
    }

    private static bool AreAllRight(ReadOnlySpan<double> logits, int outputs, ReadOnlySpan<int> labels)
    {
        for (var i = 0; i < labels.Length; i++)
        {
            var row = logits.Slice(i * outputs, outputs);
            for (var c = 0; c < outputs; c++)
            {
                var isWrong = outputs == 1 ? (labels[i] == 1 ? row[0] <= 0 : row[0] >= 0) : c != labels[i] && row[c] >= row[labels[i]];
                if (isWrong)
                {
                    return false;
                }
            }
        }

        return true;
    }

    private static double RequirePositive(double slope, string name) => slope > 0
        ? slope
        : throw new CalibrationException($"On the validation rows a higher score of {name} does not mean that it is more likely; a calibration would turn the model's scores round. Check the labels and the model.");

    private static double Sigmoid(double logit) => logit >= 0 ? 1 / (1 + Math.Exp(-logit)) : Math.Exp(logit) / (1 + Math.Exp(logit));

    private static double SoftPlus(double x) => Math.Max(x, 0) + double.LogP1(Math.Exp(-Math.Abs(x)));

    private static double LogSumExp(ReadOnlySpan<double> row) => SoftMax(row, new double[row.Length]);

    // Returns the logarithm of the sum of exponentials.
    private static double SoftMax(ReadOnlySpan<double> row, Span<double> probabilities)
    {
        var maximum = double.NegativeInfinity;
        foreach (var value in row)
        {
            maximum = Math.Max(maximum, value);
        }

        var sum = 0.0;
        for (var c = 0; c < row.Length; c++)
        {
            sum += probabilities[c] = Math.Exp(row[c] - maximum);
        }

        for (var c = 0; c < row.Length; c++)
        {
            probabilities[c] /= sum;
        }

        return maximum + Math.Log(sum);
    }
}
