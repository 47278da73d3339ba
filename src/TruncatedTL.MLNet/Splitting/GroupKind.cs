namespace TruncatedTL.MLNet.Splitting;

/// <summary>All groups with the same number of rows of each class; for a split they are interchangeable.</summary>
/// <param name="Classes">The classes that the groups have rows of, ascending.</param>
/// <param name="Counts">Rows of each of these classes in one group.</param>
/// <param name="Groups">The groups.</param>
internal sealed record GroupKind(int[] Classes, int[] Counts, List<int> Groups)
{
    /// <summary>Rows in one group.</summary>
    public int Size { get; } = Counts.Sum();
}
