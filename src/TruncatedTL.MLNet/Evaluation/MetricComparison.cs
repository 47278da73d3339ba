using System.Globalization;

namespace TruncatedTL.MLNet.Evaluation;

/// <summary>Two models compared in one figure.</summary>
/// <param name="Metric">Name of the figure.</param>
/// <param name="FirstName">Name of the first model.</param>
/// <param name="SecondName">Name of the second model.</param>
/// <param name="First">The figure of the first model.</param>
/// <param name="Second">The figure of the second model.</param>
/// <param name="Difference">First minus second, with an interval that is not adjusted for the number of comparisons.</param>
/// <param name="PValue">Two-sided p of no difference; null where it is undefined.</param>
/// <param name="AdjustedPValue">The same after Holm's correction over all comparisons made together; null where it is undefined.</param>
/// <param name="Verdict">What can be said, by the adjusted p and the level of the interval.</param>
public sealed record MetricComparison(
    string Metric,
    string FirstName,
    string SecondName,
    MetricEstimate First,
    MetricEstimate Second,
    MetricEstimate Difference,
    double? PValue,
    double? AdjustedPValue,
    ComparisonVerdict Verdict)
{
    /// <summary>The comparison as a sentence, for instance
    /// <c>AUROC: 'a' 0.912, 'b' 0.898; difference 0.014 (95 % CI -0.010 to 0.038, DeLong), p = 0.26: not distinguishable</c>.</summary>
    public override string ToString()
    {
        if (Verdict == ComparisonVerdict.Undefined)
        {
            return $"{Metric}: '{FirstName}' and '{SecondName}' cannot be compared: {Difference.UndefinedReason ?? Difference.Note}";
        }

        var adjusted = AdjustedPValue == PValue ? string.Empty : $", {Format(AdjustedPValue!.Value)} after Holm";
        var words = Verdict switch
        {
            ComparisonVerdict.FirstBetter => $"'{FirstName}' is better",
            ComparisonVerdict.SecondBetter => $"'{SecondName}' is better",
            _ => "not distinguishable",
        };
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Metric}: '{FirstName}' {First.Value:0.000}, '{SecondName}' {Second.Value:0.000}; difference {Difference}, {Format(PValue!.Value)}{adjusted}: {words}");
    }

    private static string Format(double p) =>
        p < 0.001 ? "p < 0.001" : string.Create(CultureInfo.InvariantCulture, $"p = {p:0.000}");
}
