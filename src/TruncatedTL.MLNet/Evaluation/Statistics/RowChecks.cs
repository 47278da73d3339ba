namespace TruncatedTL.MLNet.Evaluation.Statistics;

/// <summary>Refuses rows that cannot be evaluated, and says which.</summary>
internal static class RowChecks
{
    // Single-precision softmax over many classes sums to 1 within this.
    private const double SumTolerance = 1e-3;
    private const double RangeTolerance = 1e-6;

    public static void Length<T>(IReadOnlyList<T>? values, int rows, string name)
    {
        if (values is not null && values.Count != rows)
        {
            throw new ArgumentException($"There are {rows} labels and {values.Count} {name}.", name);
        }
    }

    public static void Common(int rows, IReadOnlyList<double>? weights, IReadOnlyList<string>? groups, IReadOnlyList<string> classNames)
    {
        Length(weights, rows, nameof(weights));
        Length(groups, rows, nameof(groups));
        Finite(weights, 1, nameof(weights));
        if (weights is not null && FirstIndex(weights, weight => weight < 0) is { } negative)
        {
            throw new ArgumentException($"The weight of row {negative} is negative.", nameof(weights));
        }

        if (groups is not null && FirstIndex(groups, string.IsNullOrEmpty) is { } nameless)
        {
            throw new ArgumentException($"Row {nameless} has no group.", nameof(groups));
        }

        if (classNames.Any(string.IsNullOrWhiteSpace) || classNames.Distinct(StringComparer.Ordinal).Count() != classNames.Count)
        {
            throw new ArgumentException("Class names must not be empty or equal.", nameof(classNames));
        }
    }

    public static void Finite(IReadOnlyList<double>? values, int valuesPerRow, string name)
    {
        if (values is not null && FirstIndex(values, value => !double.IsFinite(value)) is { } index)
        {
            throw new ArgumentException($"Row {index / valuesPerRow} has {name} that are not finite numbers.", name);
        }
    }

    public static void Probabilities(IReadOnlyList<double>? values, string name)
    {
        if (values is not null && FirstIndex(values, value => value is < 0 or > 1) is { } index)
        {
            throw new ArgumentException($"The probability of row {index} is {values[index]}, outside 0 to 1.", name);
        }
    }

    public static void Labels(IReadOnlyList<int> labels, int classes, string name)
    {
        if (FirstIndex(labels, label => label < 0 || label >= classes) is { } index)
        {
            throw new ArgumentException($"The label {labels[index]} of row {index} is not one of {classes} classes.", name);
        }
    }

    /// <summary>Null where the scores are probabilities, else what is wrong with the first row that has none.</summary>
    public static string? WhyNoProbabilities(double[] scores, int classes)
    {
        for (var start = 0; start < scores.Length; start += classes)
        {
            var row = scores.AsSpan(start, classes);
            var sum = 0.0;
            foreach (var value in row)
            {
                sum += value;
                if (value is < -RangeTolerance or > 1 + RangeTolerance)
                {
                    return $"the scores are not probabilities: row {start / classes} has one outside 0 to 1";
                }
            }

            if (Math.Abs(sum - 1) > SumTolerance)
            {
                return FormattableString.Invariant($"the scores are not probabilities: those of row {start / classes} sum to {sum:0.####}");
            }
        }

        return null;
    }

    private static int? FirstIndex<T>(IReadOnlyList<T> values, Func<T, bool> condition)
    {
        for (var i = 0; i < values.Count; i++)
        {
            if (condition(values[i]))
            {
                return i;
            }
        }

        return null;
    }
}
