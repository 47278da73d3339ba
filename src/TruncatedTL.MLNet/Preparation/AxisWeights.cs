namespace TruncatedTL.MLNet.Preparation;

/// <summary>Which source positions contribute to each result along an axis, and by how much.</summary>
internal sealed class AxisWeights(int capacity)
{
    private readonly List<(int First, int Start, int Count)> _windows = new(capacity);
    private readonly List<float> _weights = new(capacity);

    /// <summary>Number of results.</summary>
    public int Count => _windows.Count;

    /// <summary>First source position of a result, and its weights.</summary>
    public (int First, ReadOnlyMemory<float> Weights)[] ToWindows()
    {
        var all = _weights.ToArray();
        return [.. _windows.Select(window => (window.First, (ReadOnlyMemory<float>)all.AsMemory(window.Start, window.Count)))];
    }

    /// <summary>The next result is a source value.</summary>
    public void AddSingle(int position)
    {
        _windows.Add((position, _weights.Count, 1));
        _weights.Add(1);
    }

    /// <summary>The next result is a weighted mean.</summary>
    /// <param name="center">Its position in the source, where a position's middle is at its number plus one half.</param>
    /// <param name="scale">Source positions for one result.</param>
    /// <param name="length">Length of the source.</param>
    public void AddTriangle(float center, float scale, int length)
    {
        var support = Math.Max(scale, 1);
        var inverse = scale >= 1 ? 1 / scale : 1;
        var first = Math.Max((int)MathF.Floor(center - support + 0.5f), 0);
        var end = Math.Min((int)MathF.Floor(center + support + 0.5f), length);
        var start = _weights.Count;
        var total = 0f;
        for (var position = first; position < end; position++)
        {
            var weight = Math.Max(1 - Math.Abs((position - center + 0.5f) * inverse), 0);
            _weights.Add(weight);
            total += weight;
        }

        if (total <= 0)
        {
            // Single precision may miss by half a position what lies at the very end of a long axis.
            _weights.RemoveRange(start, _weights.Count - start);
            AddSingle(Math.Clamp((int)center, 0, length - 1));
            return;
        }

        var normalize = 1 / total;
        for (var i = start; i < _weights.Count; i++)
        {
            _weights[i] *= normalize;
        }

        _windows.Add((first, start, _weights.Count - start));
    }
}
