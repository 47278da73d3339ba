namespace TruncatedTL.MLNet.Evaluation;

/// <summary>Several models compared; <see cref="ToString"/> says in words what can be said.</summary>
public sealed class MedicalComparison
{
    internal MedicalComparison(IReadOnlyList<MetricComparison> comparisons) => Comparisons = comparisons;

    /// <summary>One comparison per figure and pair of models.</summary>
    public IReadOnlyList<MetricComparison> Comparisons { get; }

    /// <summary>One sentence per comparison.</summary>
    public override string ToString() => string.Join(Environment.NewLine, Comparisons);
}
