namespace TruncatedTL.MLNet.Splitting;

/// <summary>The images that more than one part has. A report and not an error: what looks the same may be two patients.</summary>
public sealed class DuplicateReport
{
    internal DuplicateReport(IReadOnlyList<DuplicatePair> pairs, long exactCount, long nearCount)
    {
        Pairs = pairs;
        ExactCount = exactCount;
        NearCount = nearCount;
    }

    /// <summary>The pairs, by parts and rows, up to <see cref="DuplicateOptions.MaxListedPairs"/>.</summary>
    public IReadOnlyList<DuplicatePair> Pairs { get; }

    /// <summary>Number of pairs with the same values.</summary>
    public long ExactCount { get; }

    /// <summary>Number of pairs that look the same without having the same values.</summary>
    public long NearCount { get; }

    /// <summary>The counts, by pair of parts of the listed ones.</summary>
    public override string ToString()
    {
        var byParts = Pairs
            .GroupBy(pair => (pair.FirstPart, pair.SecondPart))
            .Select(group => $"{group.Key.FirstPart} and {group.Key.SecondPart}: {group.Count(pair => pair.IsExact)} exact, {group.Count(pair => !pair.IsExact)} near");
        return $"{ExactCount} exact and {NearCount} near duplicates across parts{(Pairs.Count == 0 ? string.Empty : $" ({string.Join("; ", byParts)})")}";
    }
}
