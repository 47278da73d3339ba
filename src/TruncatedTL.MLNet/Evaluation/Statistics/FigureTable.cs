using System.Globalization;
using System.Text;

namespace TruncatedTL.MLNet.Evaluation.Statistics;

/// <summary>Lays figures out, one a line.</summary>
internal static class FigureTable
{
    public static string Format(string heading, IEnumerable<(string Name, MetricEstimate Estimate)> figures)
    {
        var lines = figures.ToArray();
        var width = lines.Max(line => line.Name.Length);
        var text = new StringBuilder(heading);
        foreach (var (name, estimate) in lines)
        {
            text.AppendLine().Append("  ").Append(name.PadRight(width)).Append("  ").Append(estimate);
        }

        return text.ToString();
    }

    /// <summary>A sum of weights; without decimals where there are none.</summary>
    public static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>For instance <c>412 rows of 206 patients</c>.</summary>
    public static string Size(MetricEstimator estimator)
    {
        var rows = estimator.Kernel.Rows;
        return rows.Groups is null || rows.Count == estimator.UnitCount
            ? $"{rows.Count} {rows.Noun}s"
            : $"{rows.Count} {rows.Noun}s of {estimator.UnitCount} patients";
    }
}
