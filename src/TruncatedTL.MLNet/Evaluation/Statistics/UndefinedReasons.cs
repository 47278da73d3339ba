namespace TruncatedTL.MLNet.Evaluation.Statistics;

/// <summary>Says in words why the counts do not define a figure.</summary>
internal sealed class UndefinedReasons
{
    private readonly EvaluationRows _rows;
    private readonly int _topK;
    private readonly bool[] _occurs;
    private readonly bool[] _isPredicted;

    public UndefinedReasons(MetricKernel kernel, MedicalEvaluationOptions options)
    {
        _rows = kernel.Rows;
        _topK = options.TopK;
        _occurs = new bool[_rows.ClassCount];
        _isPredicted = new bool[_rows.ClassCount];
        foreach (var label in _rows.Labels)
        {
            _occurs[label] = true;
        }

        foreach (var decision in kernel.Decisions)
        {
            _isPredicted[decision] = true;
        }
    }

    /// <summary>The classes that occur.</summary>
    public IEnumerable<int> Occurring => Enumerable.Range(0, _occurs.Length).Where(c => _occurs[c]);

    /// <summary>What a mean over classes leaves out; null where all classes occur.</summary>
    public string? AverageNote()
    {
        var absent = Enumerable.Range(0, _occurs.Length).Where(c => !_occurs[c]).Select(c => $"'{_rows.ClassNames[c]}'").ToArray();
        return absent.Length == 0 ? null : $"mean over {_occurs.Length - absent.Length} of {_occurs.Length} classes: no {_rows.Noun} of {string.Join(", ", absent)}";
    }

    /// <summary>For a figure of a class.</summary>
    public string OfClass(ClassificationMetric metric, int c)
    {
        if (_rows.Count == 0)
        {
            return NoRows;
        }

        var name = _rows.ClassNames[c];
        return metric switch
        {
            ClassificationMetric.PositivePredictiveValue => $"class '{name}' is never predicted",
            ClassificationMetric.NegativePredictiveValue => $"class '{name}' is predicted for every {_rows.Noun}",
            ClassificationMetric.F1Score => $"class '{name}' neither occurs nor is predicted",
            _ when !_occurs[c] => $"no {_rows.Noun} of class '{name}'",
            _ => $"every {_rows.Noun} is of class '{name}'",
        };
    }

    /// <summary>For a mean over classes, given whether the figure of a class is defined.</summary>
    public string OfAverage(ClassificationMetric metric, Func<int, bool> isDefined) =>
        _rows.Count == 0 ? NoRows : OfClass(metric, Occurring.First(c => !isDefined(c)));

    /// <summary>For a figure of all classes together.</summary>
    public string OfWhole(ClassificationMetric metric)
    {
        if (_rows.Count == 0)
        {
            return NoRows;
        }

        if (metric is ClassificationMetric.LogLoss or ClassificationMetric.BrierScore or ClassificationMetric.CalibrationErrorEqualWidth or ClassificationMetric.CalibrationErrorEqualMass)
        {
            return _rows.NoProbabilitiesReason!;
        }

        if (metric == ClassificationMetric.TopKAccuracy)
        {
            return $"top-{_topK} accuracy of {_rows.ClassCount} classes is always 1";
        }

        var only = Occurring.First();
        return metric switch
        {
            ClassificationMetric.CohenKappa or ClassificationMetric.QuadraticKappa => $"every {_rows.Noun} is of class '{_rows.ClassNames[only]}', and that is predicted for all",
            _ when Occurring.Count() == 1 => $"every {_rows.Noun} is of class '{_rows.ClassNames[only]}'",
            _ => $"class '{_rows.ClassNames[Array.IndexOf(_isPredicted, true)]}' is predicted for every {_rows.Noun}",
        };
    }

    private string NoRows => $"there are no {_rows.Noun}s";
}
