namespace TruncatedTL.MLNet.Evaluation;

/// <summary>Holm's correction for several tests (1979): keeps the probability of any false finding below the level.</summary>
public static class HolmCorrection
{
    /// <summary>Adjusted p values, in the order of <paramref name="pValues"/>: the k-th smallest of m times (m - k + 1), never falling, at most 1.</summary>
    /// <param name="pValues">p values from 0 to 1.</param>
    /// <exception cref="ArgumentException">A value is not between 0 and 1.</exception>
    public static IReadOnlyList<double> Adjust(IReadOnlyList<double> pValues)
    {
        ArgumentNullException.ThrowIfNull(pValues);
        if (pValues.Any(p => p is not (>= 0 and <= 1)))
        {
            throw new ArgumentException("A p value lies between 0 and 1.", nameof(pValues));
        }

        var adjusted = new double[pValues.Count];
        var highest = 0.0;
        var rank = 0;
        foreach (var index in Enumerable.Range(0, pValues.Count).OrderBy(i => pValues[i]))
        {
            highest = Math.Max(highest, Math.Min(1, pValues[index] * (pValues.Count - rank)));
            adjusted[index] = highest;
            rank++;
        }

        return adjusted;
    }
}
