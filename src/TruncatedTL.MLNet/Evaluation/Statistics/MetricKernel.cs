namespace TruncatedTL.MLNet.Evaluation.Statistics;

/// <summary>
/// All figures of one set of rows under any row weights. Whatever does not depend on the weights (orders, ties, losses, bins) is
/// found once, so that a resample costs one pass over the rows for each class.
/// </summary>
internal sealed class MetricKernel
{
    // The distance from 1 to the next double: where scikit-learn clips probabilities, too.
    private const double SmallestProbability = 2.220446049250313e-16;

    private readonly RankedColumn?[] _columns;
    private readonly int[] _cells;
    private readonly bool[]? _isInTopK;
    private readonly double[]? _logLosses;
    private readonly double[]? _squaredErrors;
    private readonly PrecisionRecallArea _area;

    public MetricKernel(EvaluationRows rows, MedicalEvaluationOptions options)
    {
        Rows = rows;
        Layout = new MetricLayout(rows.ClassCount);
        Weights = rows.Weights ?? Enumerable.Repeat(1.0, rows.Count).ToArray();
        (Decisions, DecisionRule) = DecisionMaker.Decide(rows, options);
        _area = options.PrecisionRecallArea;
        _cells = rows.Labels.Zip(Decisions, (label, decision) => label * rows.ClassCount + decision).ToArray();
        _columns = Enumerable.Range(0, rows.ClassCount)
            .Select(c => rows.IsBinary && c == 0 ? null : new RankedColumn(rows.ScoresOf(c), Array.ConvertAll(rows.Labels, label => label == c)))
            .ToArray();
        if (!rows.IsBinary && options.TopK < rows.ClassCount)
        {
            _isInTopK = Enumerable.Range(0, rows.Count).Select(i => DecisionMaker.RankOfLabel(rows, i) < options.TopK).ToArray();
        }

        if (rows.Probabilities is { } probabilities)
        {
            (_logLosses, _squaredErrors) = Losses(rows, probabilities);
            Calibration = CreateBins(rows, probabilities, options.CalibrationBins);
        }
    }

    public EvaluationRows Rows { get; }

    public MetricLayout Layout { get; }

    /// <summary>One weight per row; 1 where none were given.</summary>
    public double[] Weights { get; }

    /// <summary>The class that each row is called.</summary>
    public int[] Decisions { get; }

    /// <summary>How the decisions were made, for the report.</summary>
    public string DecisionRule { get; }

    /// <summary>Null without probabilities.</summary>
    public CalibrationBins? Calibration { get; }

    /// <summary>The rows ranked for a class; null for the negative class of two.</summary>
    public RankedColumn? ColumnOf(int classIndex) => _columns[classIndex];

    /// <summary>Something that computes the figures and keeps its own room; one per thread.</summary>
    public Action<double[], double[]> CreateEvaluator()
    {
        var counts = new double[Rows.ClassCount * Rows.ClassCount];
        var balance = new double[Calibration?.Count ?? 0];
        return (weights, values) => Compute(weights, values, counts, balance);
    }

    /// <summary>The weighted counts, row-major [label, prediction].</summary>
    public void Count(ReadOnlySpan<double> weights, Span<double> counts)
    {
        counts.Clear();
        for (var i = 0; i < _cells.Length; i++)
        {
            counts[_cells[i]] += weights[i];
        }
    }

    private void Compute(double[] weights, double[] values, double[] counts, double[] balance)
    {
        for (var c = 0; c < _columns.Length; c++)
        {
            var (roc, precisionRecall) = _columns[c]?.Areas(weights, _area) ?? (double.NaN, double.NaN);
            values[Layout.OfClass(ClassificationMetric.AreaUnderRocCurve, c)] = roc;
            values[Layout.OfClass(ClassificationMetric.AreaUnderPrecisionRecallCurve, c)] = precisionRecall;
        }

        Count(weights, counts);
        ConfusionFigures.Fill(counts, Rows.ClassCount, Layout, values);
        values[Layout.Whole(ClassificationMetric.TopKAccuracy)] = _isInTopK is null ? double.NaN : MeanShare(weights, _isInTopK);
        values[Layout.Whole(ClassificationMetric.LogLoss)] = Mean(weights, _logLosses);
        values[Layout.Whole(ClassificationMetric.BrierScore)] = Mean(weights, _squaredErrors);
        values[Layout.Whole(ClassificationMetric.CalibrationErrorEqualWidth)] = Calibration?.EqualWidthError(weights, balance) ?? double.NaN;
        values[Layout.Whole(ClassificationMetric.CalibrationErrorEqualMass)] = Calibration?.EqualMassError(weights, balance) ?? double.NaN;
    }

    private static (double[] LogLosses, double[] SquaredErrors) Losses(EvaluationRows rows, double[] probabilities)
    {
        var logLosses = new double[rows.Count];
        var squaredErrors = new double[rows.Count];
        for (var i = 0; i < rows.Count; i++)
        {
            if (rows.IsBinary)
            {
                var own = rows.Labels[i] == 1 ? probabilities[i] : 1 - probabilities[i];
                logLosses[i] = LogLossOf(own);
                squaredErrors[i] = (1 - own) * (1 - own);
                continue;
            }

            var row = probabilities.AsSpan(i * rows.ClassCount, rows.ClassCount);
            logLosses[i] = LogLossOf(row[rows.Labels[i]]);
            for (var c = 0; c < row.Length; c++)
            {
                var error = (c == rows.Labels[i] ? 1 : 0) - row[c];
                squaredErrors[i] += error * error;
            }
        }

        return (logLosses, squaredErrors);
    }

    private static double LogLossOf(double probability) => -Math.Log(Math.Clamp(probability, SmallestProbability, 1 - SmallestProbability));

    private static CalibrationBins CreateBins(EvaluationRows rows, double[] probabilities, int binCount)
    {
        if (rows.IsBinary)
        {
            return new CalibrationBins(probabilities, Array.ConvertAll(rows.Labels, label => label == 1), binCount);
        }

        var confidences = new double[rows.Count];
        var isRight = new bool[rows.Count];
        for (var i = 0; i < rows.Count; i++)
        {
            var predicted = DecisionMaker.MostProbable(rows, i);
            confidences[i] = probabilities[i * rows.ClassCount + predicted];
            isRight[i] = predicted == rows.Labels[i];
        }

        return new CalibrationBins(confidences, isRight, binCount);
    }

    private static double Mean(double[] weights, double[]? values)
    {
        if (values is null)
        {
            return double.NaN;
        }

        var (sum, total) = (0.0, 0.0);
        for (var i = 0; i < values.Length; i++)
        {
            sum += weights[i] * values[i];
            total += weights[i];
        }

        return sum / total;
    }

    private static double MeanShare(double[] weights, bool[] conditions)
    {
        var (sum, total) = (0.0, 0.0);
        for (var i = 0; i < conditions.Length; i++)
        {
            sum += conditions[i] ? weights[i] : 0;
            total += weights[i];
        }

        return sum / total;
    }
}
