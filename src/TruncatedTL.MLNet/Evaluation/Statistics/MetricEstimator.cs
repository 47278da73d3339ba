namespace TruncatedTL.MLNet.Evaluation.Statistics;

/// <summary>The figures of one scored set with their intervals: by formula where one holds, else by bootstrap.</summary>
internal sealed class MetricEstimator
{
    private readonly MedicalEvaluationOptions _options;
    private readonly UndefinedReasons _reasons;
    private readonly ResamplingPlan _plan;
    private readonly double[] _values;
    private readonly double[][] _replicates = [];
    private readonly double[] _accelerations = [];
    private readonly double[] _counts;
    private readonly bool _formulasHold;

    /// <exception cref="ArgumentException">An option is out of its range, or patients cannot be aggregated.</exception>
    /// <exception cref="OperationCanceledException">The options' token was cancelled.</exception>
    public MetricEstimator(EvaluationRows rows, MedicalEvaluationOptions options)
    {
        options.Check();
        _options = options;
        Kernel = new MetricKernel(PatientAggregator.Aggregate(rows, options.Aggregation), options);
        _formulasHold = Kernel.Rows.AreIndependentAndUnweighted;
        _reasons = new UndefinedReasons(Kernel, options);
        _plan = new ResamplingPlan(Kernel.Rows, Kernel.Weights);
        _values = new double[Kernel.Layout.Length];
        Kernel.CreateEvaluator()(Kernel.Weights, _values);
        _counts = new double[Kernel.Rows.ClassCount * Kernel.Rows.ClassCount];
        Kernel.Count(Kernel.Weights, _counts);
        if (options.Resamples > 0 && Kernel.Rows.Count > 0)
        {
            _replicates = Bootstrap.Resample(_plan, Kernel.Rows.Count, _values.Length, Kernel.CreateEvaluator, options);
            _accelerations = options.BootstrapInterval == BootstrapInterval.Bca
                ? Bootstrap.Accelerations(_plan, Kernel.Rows.Count, _values.Length, Kernel.CreateEvaluator, options)
                : new double[_values.Length];
        }
    }

    public MetricKernel Kernel { get; }

    /// <summary>Number of patients; of rows where they are independent.</summary>
    public int UnitCount => _plan.UnitCount;

    /// <summary>The weighted counts, [label, prediction].</summary>
    public ConfusionTable Confusion() => new(Kernel.Rows.ClassNames, _counts);

    /// <summary>Sum of the weights of a class.</summary>
    public double WeightOf(int classIndex) => _counts.AsSpan(classIndex * Kernel.Rows.ClassCount, Kernel.Rows.ClassCount).ToArray().Sum();

    /// <summary>A figure of a class against the rest.</summary>
    public MetricEstimate OfClass(ClassificationMetric metric, int classIndex)
    {
        var slot = Kernel.Layout.OfClass(metric, classIndex);
        if (double.IsNaN(_values[slot]))
        {
            return new MetricEstimate(null, UndefinedReason: _reasons.OfClass(metric, classIndex));
        }

        if (_formulasHold)
        {
            if (metric == ClassificationMetric.AreaUnderRocCurve)
            {
                return new MetricEstimate(_values[slot], Placements(classIndex).Interval(_options.ConfidenceLevel));
            }

            if (metric == ClassificationMetric.AreaUnderPrecisionRecallCurve && _options.PrecisionRecallArea == PrecisionRecallArea.AveragePrecision && !IsThin(classIndex))
            {
                var (interval, whyNot) = AveragePrecisionInterval.Of(Kernel.Rows.ScoresOf(classIndex), IsOfClass(classIndex), _options.ConfidenceLevel);
                return new MetricEstimate(_values[slot], interval, Note: whyNot);
            }

            if (TrialsOf(metric, classIndex) is { } trials)
            {
                return Proportion(slot, trials);
            }
        }

        return Bootstrapped(slot, IsThin(classIndex) ? ThinNote(classIndex) : null, note: null);
    }

    /// <summary>The mean of a figure over the classes that occur.</summary>
    public MetricEstimate Average(ClassificationMetric metric, bool weighted)
    {
        var layout = Kernel.Layout;
        var slot = weighted ? layout.Weighted(metric) : layout.Macro(metric);
        if (double.IsNaN(_values[slot]))
        {
            return new MetricEstimate(null, UndefinedReason: _reasons.OfAverage(metric, c => !double.IsNaN(_values[layout.OfClass(metric, c)])));
        }

        var thin = _reasons.Occurring.Where(IsThin).Select(ThinNote).FirstOrDefault();
        return Bootstrapped(slot, thin, _reasons.AverageNote());
    }

    /// <summary>A figure of all classes together.</summary>
    public MetricEstimate OfWhole(ClassificationMetric metric)
    {
        var slot = Kernel.Layout.Whole(metric);
        if (double.IsNaN(_values[slot]))
        {
            return new MetricEstimate(null, UndefinedReason: _reasons.OfWhole(metric));
        }

        if (metric is ClassificationMetric.Accuracy or ClassificationMetric.TopKAccuracy && _formulasHold)
        {
            return Proportion(slot, Kernel.Rows.Count);
        }

        return Bootstrapped(slot, whyNot: null, metric == ClassificationMetric.BalancedAccuracy ? _reasons.AverageNote() : null);
    }

    private MetricEstimate Proportion(int slot, double trials) =>
        new(_values[slot], ProportionIntervals.Of(_options.ProportionInterval, Math.Round(_values[slot] * trials), trials, _options.ConfidenceLevel));

    private MetricEstimate Bootstrapped(int slot, string? whyNot, string? note)
    {
        var distribution = whyNot is null
            ? new BootstrapDistribution(_values[slot], _replicates.Length == 0 ? [] : _replicates[slot], _accelerations.Length == 0 ? 0 : _accelerations[slot], _options)
            : null;
        var notes = new[] { note, whyNot ?? distribution!.WhyNoInterval }.Where(text => text is not null).ToArray();
        return new MetricEstimate(_values[slot], distribution?.Interval(), Note: notes.Length == 0 ? null : string.Join("; ", notes));
    }

    private DeLongPlacements Placements(int classIndex) =>
        DeLongPlacements.Of(Kernel.Rows.ScoresOf(classIndex), IsOfClass(classIndex))!;

    private bool[] IsOfClass(int classIndex) => Array.ConvertAll(Kernel.Rows.Labels, label => label == classIndex);

    // A resample always holds the only patient of a class: it cannot show how another one would do.
    private bool IsThin(int classIndex) => _plan.UnitsPerClass[classIndex] == 1;

    private string ThinNote(int classIndex) =>
        $"no interval: class '{Kernel.Rows.ClassNames[classIndex]}' has a single {(Kernel.Rows.Groups is null ? "row" : "patient")}";

    // The denominator where the figure is a share of rows; null where it is not.
    private double? TrialsOf(ClassificationMetric metric, int c)
    {
        var classes = Kernel.Rows.ClassCount;
        var (labels, predictions) = (0.0, 0.0);
        for (var other = 0; other < classes; other++)
        {
            labels += _counts[c * classes + other];
            predictions += _counts[other * classes + c];
        }

        return metric switch
        {
            ClassificationMetric.Sensitivity => labels,
            ClassificationMetric.Specificity => Kernel.Rows.Count - labels,
            ClassificationMetric.PositivePredictiveValue => predictions,
            ClassificationMetric.NegativePredictiveValue => Kernel.Rows.Count - predictions,
            _ => null,
        };
    }
}
