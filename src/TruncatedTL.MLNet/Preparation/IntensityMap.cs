namespace TruncatedTL.MLNet.Preparation;

/// <summary>
/// The intensity half of a preparation for one image: (value - Low) x Factor, clipped to 0 to Maximum, in the order and the precision in which
/// the graph computes it.
/// </summary>
/// <param name="Low">What becomes black.</param>
/// <param name="Factor">Output per unit of input.</param>
/// <param name="Maximum">The value of white.</param>
/// <param name="IsInverted">Black and white change places in the end.</param>
internal readonly record struct IntensityMap(float Low, float Factor, float Maximum, bool IsInverted)
{
    /// <summary>Values stay as they are.</summary>
    public static IntensityMap Identity => default;

    /// <summary>Whether values stay as they are.</summary>
    public bool IsIdentity => Maximum == 0;

    /// <summary>The map of a range; null if the range is empty or beyond single precision.</summary>
    public static IntensityMap? TryCreate(double lower, double upper, double maximum, bool isInverted)
    {
        var factor = (float)(maximum / (upper - lower));
        return float.IsFinite((float)lower) && float.IsFinite((float)upper) && float.IsNormal(factor) && factor > 0
            ? new IntensityMap((float)lower, factor, (float)maximum, isInverted)
            : null;
    }

    /// <summary>Maps values in place.</summary>
    public void Apply(Span<float> values)
    {
        if (IsIdentity)
        {
            return;
        }

        for (var i = 0; i < values.Length; i++)
        {
            var mapped = Math.Clamp((values[i] - Low) * Factor, 0, Maximum);
            values[i] = IsInverted ? Maximum - mapped : mapped;
        }
    }
}
