using System.Globalization;
using System.Text;

namespace TruncatedTL.MLNet.Evaluation;

/// <summary>How often each class was called which, with the names of the classes.</summary>
public sealed class ConfusionTable
{
    private readonly double[] _counts;

    internal ConfusionTable(IReadOnlyList<string> classNames, double[] counts)
    {
        ClassNames = classNames;
        _counts = counts;
    }

    /// <summary>Names of the classes, in the order of rows and columns.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>The sum of weights (without weights: the number) of rows of one class that were called another.</summary>
    /// <param name="label">Index of the true class.</param>
    /// <param name="prediction">Index of the predicted class.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such class.</exception>
    public double this[int label, int prediction] => _counts[Index(label) * ClassNames.Count + Index(prediction)];

    /// <summary>The same by name.</summary>
    /// <param name="label">Name of the true class.</param>
    /// <param name="prediction">Name of the predicted class.</param>
    /// <exception cref="ArgumentException">There is no such class.</exception>
    public double this[string label, string prediction] => this[Index(label), Index(prediction)];

    /// <summary>A table: one line per true class, one column per predicted class.</summary>
    public override string ToString()
    {
        var numbers = Array.ConvertAll(_counts, count => count.ToString("0.##", CultureInfo.InvariantCulture));
        var nameWidth = Math.Max("true \\ predicted".Length, ClassNames.Max(name => name.Length));
        var width = Math.Max(numbers.Max(number => number.Length), ClassNames.Max(name => name.Length));
        var text = new StringBuilder().Append("true \\ predicted".PadRight(nameWidth));
        foreach (var name in ClassNames)
        {
            text.Append("  ").Append(name.PadLeft(width));
        }

        for (var label = 0; label < ClassNames.Count; label++)
        {
            text.AppendLine().Append(ClassNames[label].PadRight(nameWidth));
            for (var prediction = 0; prediction < ClassNames.Count; prediction++)
            {
                text.Append("  ").Append(numbers[label * ClassNames.Count + prediction].PadLeft(width));
            }
        }

        return text.ToString();
    }

    private int Index(int index) => index >= 0 && index < ClassNames.Count
        ? index
        : throw new ArgumentOutOfRangeException(nameof(index), index, $"There are {ClassNames.Count} classes.");

    private int Index(string name)
    {
        for (var c = 0; c < ClassNames.Count; c++)
        {
            if (ClassNames[c] == name)
            {
                return c;
            }
        }

        throw new ArgumentException($"There is no class '{name}'; the classes are {string.Join(", ", ClassNames.Select(own => $"'{own}'"))}.", nameof(name));
    }
}
