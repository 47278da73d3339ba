namespace TruncatedTL.MLNet.Search;

/// <summary>Smaller networks first: fewer parameters, then fewer multiply-accumulates, then, so that an order never depends on the plan's, the name.</summary>
internal sealed class SizeOrder : IComparer<SearchCandidate>
{
    /// <summary>The whole order: no two candidates are equal in it.</summary>
    public static readonly SizeOrder Instance = new(breaksTies: true);

    /// <summary>The size alone: networks of one size are equal, so that their scores can decide.</summary>
    public static readonly SizeOrder WithoutName = new(breaksTies: false);

    private readonly bool _breaksTies;

    private SizeOrder(bool breaksTies) => _breaksTies = breaksTies;

    public int Compare(SearchCandidate? x, SearchCandidate? y)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        var order = x.ParameterCount.CompareTo(y.ParameterCount);
        order = order != 0 ? order : x.MacCount.CompareTo(y.MacCount);
        return order != 0 || !_breaksTies ? order : string.CompareOrdinal(x.Name, y.Name);
    }
}
