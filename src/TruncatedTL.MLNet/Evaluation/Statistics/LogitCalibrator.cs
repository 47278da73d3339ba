namespace TruncatedTL.MLNet.Evaluation.Statistics;

/// <summary>Fits a calibration and reports what it does to the rows that it was fitted on.</summary>
internal static class LogitCalibrator
{
    private const int BinCount = 10;
    private const int FewRows = 100;
    private const int FewRowsOfClass = 20;

    /// <summary>Calibrates.</summary>
    /// <param name="logits">Logits, row-major [rows, outputs]; one output is a yes-or-no question.</param>
    /// <param name="labels">Class of each row, whose number decides on the outputs.</param>
    /// <param name="classNames">Names of the classes, for messages.</param>
    /// <param name="method">How.</param>
    /// <exception cref="CalibrationException">There are no rows, rows of one class only, a logit is not finite, or the rows do not determine the calibration.</exception>
    public static (LogitCalibration Calibration, CalibrationReport Report) Fit(
        ReadOnlySpan<double> logits, ReadOnlySpan<int> labels, IReadOnlyList<string> classNames, CalibrationMethod method)
    {
        RequireUsable(logits, labels, classNames);
        var outputs = logits.Length / labels.Length;
        var warnings = new List<string>();
        LogitCalibration calibration;
        double? temperature = null;
        if (method == CalibrationMethod.Temperature)
        {
            var factor = CalibrationFitter.Factor(logits, outputs, labels);
            temperature = 1 / factor;
            calibration = new([.. Enumerable.Repeat(factor, outputs)], new double[outputs]);
            WarnOfBound(temperature.Value, warnings);
        }
        else
        {
            calibration = outputs == 1 ? CalibrationFitter.Platt(logits, labels) : CalibrationFitter.Vector(logits, outputs, labels, classNames);
        }

        WarnOfFewRows(labels, classNames.Count, method, warnings);
        var calibrated = calibration.Apply(logits);
        return (calibration, new CalibrationReport
        {
            Method = method,
            Temperature = temperature,
            Slopes = calibration.Slopes,
            Offsets = calibration.Offsets,
            Rows = labels.Length,
            LogLossBefore = CalibrationFitter.LogLoss(logits, outputs, labels),
            LogLossAfter = CalibrationFitter.LogLoss(calibrated, outputs, labels),
            CalibrationErrorBefore = CalibrationError(logits, outputs, labels),
            CalibrationErrorAfter = CalibrationError(calibrated, outputs, labels),
            Warnings = warnings,
        });
    }

    /// <summary>Expected calibration error over ten bins of equal width; with more than two classes of the predicted class.</summary>
    public static double CalibrationError(ReadOnlySpan<double> logits, int outputs, ReadOnlySpan<int> labels)
    {
        var probabilities = CalibrationFitter.Probabilities(logits, outputs);
        var promised = new double[labels.Length];
        var cameTrue = new bool[labels.Length];
        for (var i = 0; i < labels.Length; i++)
        {
            var row = probabilities.AsSpan(i * outputs, outputs);
            var predicted = 0;
            for (var c = 1; c < outputs; c++)
            {
                predicted = row[c] > row[predicted] ? c : predicted;
            }

            promised[i] = row[predicted];
            cameTrue[i] = outputs == 1 ? labels[i] == 1 : labels[i] == predicted;
        }

        var weights = new double[labels.Length];
        Array.Fill(weights, 1);
        return new CalibrationBins(promised, cameTrue, BinCount).EqualWidthError(weights, new double[BinCount]);
    }

    private static void RequireUsable(ReadOnlySpan<double> logits, ReadOnlySpan<int> labels, IReadOnlyList<string> classNames)
    {
        if (labels.Length == 0)
        {
            throw new CalibrationException("There are no validation rows.");
        }

        if (logits.Length != labels.Length && logits.Length != (long)labels.Length * classNames.Count)
        {
            throw new CalibrationException($"There are {labels.Length} labels and {logits.Length} logits; the validation rows were not the same when they were read again.");
        }

        var first = labels[0];
        if (labels.Count(first) == labels.Length)
        {
            throw new CalibrationException($"All {labels.Length} validation rows are of the class '{classNames[first]}'; a calibration needs rows of at least two classes.");
        }

        foreach (var logit in logits)
        {
            if (!double.IsFinite(logit))
            {
                throw new CalibrationException("The model's score of a validation row is not a finite number.");
            }
        }
    }

    private static void WarnOfBound(double temperature, List<string> warnings)
    {
        if (temperature >= CalibrationFitter.LargestTemperature)
        {
            warnings.Add("the temperature is at its upper bound: on these rows the model hardly knows more than chance");
        }
        else if (temperature == 1)
        {
            warnings.Add("every validation row is right, so that they cannot say how sure the model may be; it was made no surer");
        }
        else if (temperature <= 1.0000001 / CalibrationFitter.LargestTemperature)
        {
            warnings.Add("the temperature is at its lower bound");
        }
    }

    private static void WarnOfFewRows(ReadOnlySpan<int> labels, int classes, CalibrationMethod method, List<string> warnings)
    {
        if (labels.Length < FewRows)
        {
            warnings.Add($"only {labels.Length} validation rows: the calibration may do more harm than good");
        }

        var fewest = int.MaxValue;
        for (var c = 0; c < classes; c++)
        {
            fewest = Math.Min(fewest, labels.Count(c));
        }

        if (method == CalibrationMethod.Vector && fewest < FewRowsOfClass)
        {
            warnings.Add($"a class has only {fewest} validation rows: a temperature would be safer");
        }
    }
}
