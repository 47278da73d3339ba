namespace TruncatedTL.MLNet.Data.Formula;

/// <summary>Draws points of an attractor by applying randomly chosen maps again and again.</summary>
internal static class FractalOrbit<TPoint>
    where TPoint : struct, IFormulaPoint<TPoint>
{
    // The orbit starts off the attractor and reaches it, to within a pixel, after a few steps.
    private const int DiscardedPoints = 24;

    /// <summary>Fills a list of points.</summary>
    /// <param name="system">Gives the choices and the shades.</param>
    /// <param name="random">Chooses the maps.</param>
    /// <param name="coefficients">Used instead of the system's own; of the same length.</param>
    /// <param name="view">Applied to each point of the attractor.</param>
    /// <param name="points">Receives the points.</param>
    /// <returns>The box around the points.</returns>
    public static FractalBounds<TPoint> Trace(
        IteratedFunctionSystem system,
        ref FormulaRandom random,
        ReadOnlySpan<float> coefficients,
        FormulaMap<TPoint> view,
        Span<FractalPoint<TPoint>> points)
    {
        var stride = TPoint.Rank * (TPoint.Rank + 1);
        var choices = system.Choices;
        var shades = system.Shades;
        var (place, bits) = (default(TPoint), 0UL);
        var low = TPoint.Create(float.MaxValue, float.MaxValue, float.MaxValue);
        var high = low * -1f;
        for (var step = -DiscardedPoints; step < points.Length; step++)
        {
            // One draw serves eight steps; the number of discarded points is a multiple of eight.
            bits = (step & 7) == 0 ? random.NextBits() : bits >> 8;
            var map = choices[(int)(bits & 0xFF)];
            place = Apply(coefficients.Slice(map * stride, stride), place);
            if (step < 0)
            {
                continue;
            }

            var viewed = view.Apply(place);
            points[step] = new FractalPoint<TPoint>(viewed, shades[map]);
            low = TPoint.Min(low, viewed);
            high = TPoint.Max(high, viewed);
        }

        return new FractalBounds<TPoint>(low, high - low);
    }

    private static TPoint Apply(ReadOnlySpan<float> m, TPoint p)
    {
        return TPoint.Rank == 3
            ? TPoint.Create(
                (m[0] * p.X) + (m[1] * p.Y) + (m[2] * p.Z) + m[3],
                (m[4] * p.X) + (m[5] * p.Y) + (m[6] * p.Z) + m[7],
                (m[8] * p.X) + (m[9] * p.Y) + (m[10] * p.Z) + m[11])
            : TPoint.Create((m[0] * p.X) + (m[1] * p.Y) + m[2], (m[3] * p.X) + (m[4] * p.Y) + m[5], 0f);
    }
}
