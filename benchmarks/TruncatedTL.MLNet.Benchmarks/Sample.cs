using System.Globalization;

namespace TruncatedTL.MLNet.Benchmarks;

/// <summary>Figures of several runs and what may be said of their mean.</summary>
internal static class Sample
{
    // Quantiles .975 of Student's t with 1 to 9 degrees of freedom; benchmarks have few runs.
    private static readonly double[] StudentQuantiles = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262];

    /// <summary>Mean and, in brackets, standard deviation.</summary>
    public static string Summary(IReadOnlyList<double> values) => string.Create(CultureInfo.InvariantCulture, $"{values.Average():0.000} ({Deviation(values):0.000})");

    /// <summary>Mean and 95 % interval (Student's t) of differences between paired runs.</summary>
    public static string Difference(IReadOnlyList<double> differences)
    {
        if (differences.Count < 2 || differences.Count > StudentQuantiles.Length + 1)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{differences.Average():+0.000;-0.000}");
        }

        var half = StudentQuantiles[differences.Count - 2] * Deviation(differences) / Math.Sqrt(differences.Count);
        var mean = differences.Average();
        return string.Create(CultureInfo.InvariantCulture, $"{mean:+0.000;-0.000} [{mean - half:+0.000;-0.000}, {mean + half:+0.000;-0.000}]");
    }

    private static double Deviation(IReadOnlyList<double> values)
    {
        var mean = values.Average();
        return values.Count < 2 ? double.NaN : Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Count - 1));
    }
}
