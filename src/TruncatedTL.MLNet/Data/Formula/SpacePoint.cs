using System.Runtime.CompilerServices;

namespace TruncatedTL.MLNet.Data.Formula;

/// <summary>A point of space.</summary>
internal readonly record struct SpacePoint(float X, float Y, float Z) : IFormulaPoint<SpacePoint>
{
    public static int Rank => 3;

    public static float FinestOctaveShift => -0.7f;

    public SpacePoint Turned => new(Y, Z, X);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SpacePoint operator +(SpacePoint left, SpacePoint right) => new(left.X + right.X, left.Y + right.Y, left.Z + right.Z);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SpacePoint operator -(SpacePoint left, SpacePoint right) => new(left.X - right.X, left.Y - right.Y, left.Z - right.Z);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SpacePoint operator *(SpacePoint left, SpacePoint right) => new(left.X * right.X, left.Y * right.Y, left.Z * right.Z);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SpacePoint operator *(SpacePoint left, float right) => new(left.X * right, left.Y * right, left.Z * right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SpacePoint Create(float x, float y, float z)
    {
        return new SpacePoint(x, y, z);
    }

    public static SpacePoint Min(SpacePoint left, SpacePoint right)
    {
        return new SpacePoint(Math.Min(left.X, right.X), Math.Min(left.Y, right.Y), Math.Min(left.Z, right.Z));
    }

    public static SpacePoint Max(SpacePoint left, SpacePoint right)
    {
        return new SpacePoint(Math.Max(left.X, right.X), Math.Max(left.Y, right.Y), Math.Max(left.Z, right.Z));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Noise(SpacePoint point)
    {
        return ValueNoise.Sample(point.X, point.Y, point.Z);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static CellDistances Cells(SpacePoint point, SpacePoint offset, float jitter)
    {
        return CellNoise.Sample(point, offset, jitter);
    }

    /// <remarks>
    /// From a unit quaternion of normally distributed parts: Shoemake, "Uniform random rotations", Graphics Gems III (1992).
    /// </remarks>
    public static FormulaMap<SpacePoint> CreateRotation(ref FormulaRandom random)
    {
        float w, x, y, z, squares;
        do
        {
            (w, x, y, z) = (random.NextNormal(), random.NextNormal(), random.NextNormal(), random.NextNormal());
            squares = (w * w) + (x * x) + (y * y) + (z * z);
        }
        while (squares < 0.01f);

        var s = 2f / squares;
        return new FormulaMap<SpacePoint>(
            new SpacePoint(1f - (s * ((y * y) + (z * z))), s * ((x * y) + (w * z)), s * ((x * z) - (w * y))),
            new SpacePoint(s * ((x * y) - (w * z)), 1f - (s * ((x * x) + (z * z))), s * ((y * z) + (w * x))),
            new SpacePoint(s * ((x * z) + (w * y)), s * ((y * z) - (w * x)), 1f - (s * ((x * x) + (y * y)))));
    }

    public static FormulaMap<SpacePoint> CreateQuarterTurn(ref FormulaRandom random)
    {
        var map = FormulaMap<SpacePoint>.Identity;
        for (var axis = 0; axis < Rank; axis++)
        {
            // Turns the plane of x and y, then makes each axis the next one; after three times all planes were turned.
            var turn = PlanePoint.CreateQuarterTurn(ref random);
            map = new FormulaMap<SpacePoint>(Step(map.AxisX, turn), Step(map.AxisY, turn), Step(map.AxisZ, turn));
        }

        return map;
    }

    private static SpacePoint Step(SpacePoint point, FormulaMap<PlanePoint> turn)
    {
        var turned = turn.Apply(new PlanePoint(point.X, point.Y));
        return new SpacePoint(turned.X, turned.Y, point.Z).Turned;
    }
}
