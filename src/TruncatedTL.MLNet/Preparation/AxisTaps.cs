namespace TruncatedTL.MLNet.Preparation;

/// <summary>
/// The weights of an axis with as many source positions for every result, which spares loops of changing length; those that a result does not need
/// weigh nothing.
/// </summary>
internal sealed class AxisTaps
{
    private readonly int[] _first;
    private readonly float[] _weights;

    /// <summary>Lays out the weights of a plan.</summary>
    public AxisTaps(AxisPlan plan)
    {
        var windows = plan.Weights().ToWindows();
        Count = windows.Max(window => window.Weights.Length);
        _first = new int[windows.Length];
        _weights = new float[(long)windows.Length * Count];
        for (var i = 0; i < windows.Length; i++)
        {
            var (first, weights) = windows[i];

            // No further than the last position of the source.
            _first[i] = Math.Min(first, plan.Source - Count);
            weights.Span.CopyTo(_weights.AsSpan((i * Count) + first - _first[i]));
        }
    }

    /// <summary>Source positions for each result.</summary>
    public int Count { get; }

    /// <summary>Number of results.</summary>
    public int Results => _first.Length;

    /// <summary>First source position of a result; it and the following <see cref="Count"/> - 1 exist.</summary>
    public int First(int result) => _first[result];

    /// <summary>The weights of a result.</summary>
    public ReadOnlySpan<float> Weights(int result) => _weights.AsSpan(result * Count, Count);
}
