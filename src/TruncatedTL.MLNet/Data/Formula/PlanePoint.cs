using System.Runtime.CompilerServices;

namespace TruncatedTL.MLNet.Data.Formula;

/// <summary>A point of the plane.</summary>
internal readonly record struct PlanePoint(float X, float Y) : IFormulaPoint<PlanePoint>
{
    public static int Rank => 2;

    public static float FinestOctaveShift => 0f;

    public float Z => 0f;

    public PlanePoint Turned => new(Y, X);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PlanePoint operator +(PlanePoint left, PlanePoint right) => new(left.X + right.X, left.Y + right.Y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PlanePoint operator -(PlanePoint left, PlanePoint right) => new(left.X - right.X, left.Y - right.Y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PlanePoint operator *(PlanePoint left, PlanePoint right) => new(left.X * right.X, left.Y * right.Y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PlanePoint operator *(PlanePoint left, float right) => new(left.X * right, left.Y * right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PlanePoint Create(float x, float y, float z)
    {
        return new PlanePoint(x, y);
    }

    public static PlanePoint Min(PlanePoint left, PlanePoint right)
    {
        return new PlanePoint(Math.Min(left.X, right.X), Math.Min(left.Y, right.Y));
    }

    public static PlanePoint Max(PlanePoint left, PlanePoint right)
    {
        return new PlanePoint(Math.Max(left.X, right.X), Math.Max(left.Y, right.Y));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Noise(PlanePoint point)
    {
        return ValueNoise.Sample(point.X, point.Y);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static CellDistances Cells(PlanePoint point, PlanePoint offset, float jitter)
    {
        return CellNoise.Sample(point, offset, jitter);
    }

    public static FormulaMap<PlanePoint> CreateRotation(ref FormulaRandom random)
    {
        return Rotation(random.NextUnit());
    }

    public static FormulaMap<PlanePoint> CreateQuarterTurn(ref FormulaRandom random)
    {
        return Rotation((random.NextIndex(4) * 0.25f) + random.NextBetween(-0.05f, 0.05f));
    }

    private static FormulaMap<PlanePoint> Rotation(float turns)
    {
        var (cosine, sine) = (FormulaMath.CosTurns(turns), FormulaMath.SinTurns(turns));
        return new FormulaMap<PlanePoint>(new PlanePoint(cosine, sine), new PlanePoint(-sine, cosine), default);
    }
}
