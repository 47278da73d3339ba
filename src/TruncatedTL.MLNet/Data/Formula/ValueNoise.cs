using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace TruncatedTL.MLNet.Data.Formula;

/// <summary>
/// Smooth noise: random values on a grid of whole coordinates, blended in between. About 0, within -1 and 1; features
/// are about one unit wide. Repeats after 256 units.
/// </summary>
internal static class ValueNoise
{
    /// <summary>Distance after which the noise repeats; a random offset below it gives another piece of the noise.</summary>
    public const float Period = 256f;

    private const int Mask = 255;

    private static readonly byte[] Permutation = CreatePermutation();
    private static readonly float[] Values = CreateValues();

    /// <summary>The noise at a point of the plane. Coordinates are within 10,000 units of zero.</summary>
    public static float Sample(float x, float y)
    {
        var floorX = MathF.Floor(x);
        var floorY = MathF.Floor(y);
        var (fractionX, fractionY) = (x - floorX, y - floorY);

        // Within the range of int the native conversion is exact, and it spares the checks for values beyond.
        var column = float.ConvertToIntegerNative<int>(floorX);
        var row = float.ConvertToIntegerNative<int>(floorY);
        var left = PermutationAt(column) + row;
        var right = PermutationAt(column + 1) + row;
        fractionX = fractionX * fractionX * (3f - (2f * fractionX));
        fractionY = fractionY * fractionY * (3f - (2f * fractionY));
        var top = FormulaMath.Lerp(ValueAt(left), ValueAt(right), fractionX);
        var bottom = FormulaMath.Lerp(ValueAt(left + 1), ValueAt(right + 1), fractionX);
        return FormulaMath.Lerp(top, bottom, fractionY);
    }

    /// <summary>The noise at a point of space. Coordinates are within 10,000 units of zero.</summary>
    public static float Sample(float x, float y, float z)
    {
        var floorX = MathF.Floor(x);
        var floorY = MathF.Floor(y);
        var floorZ = MathF.Floor(z);
        var (fractionX, fractionY, fractionZ) = (x - floorX, y - floorY, z - floorZ);
        var column = float.ConvertToIntegerNative<int>(floorX);
        var row = float.ConvertToIntegerNative<int>(floorY);
        var slice = float.ConvertToIntegerNative<int>(floorZ);
        var left = PermutationAt(column) + row;
        var right = PermutationAt(column + 1) + row;
        var (topLeft, topRight) = (PermutationAt(left) + slice, PermutationAt(right) + slice);
        var (bottomLeft, bottomRight) = (PermutationAt(left + 1) + slice, PermutationAt(right + 1) + slice);
        fractionX = fractionX * fractionX * (3f - (2f * fractionX));
        fractionY = fractionY * fractionY * (3f - (2f * fractionY));
        fractionZ = fractionZ * fractionZ * (3f - (2f * fractionZ));
        var nearTop = FormulaMath.Lerp(ValueAt(topLeft), ValueAt(topRight), fractionX);
        var nearBottom = FormulaMath.Lerp(ValueAt(bottomLeft), ValueAt(bottomRight), fractionX);
        var farTop = FormulaMath.Lerp(ValueAt(topLeft + 1), ValueAt(topRight + 1), fractionX);
        var farBottom = FormulaMath.Lerp(ValueAt(bottomLeft + 1), ValueAt(bottomRight + 1), fractionX);
        var near = FormulaMath.Lerp(nearTop, nearBottom, fractionY);
        return FormulaMath.Lerp(near, FormulaMath.Lerp(farTop, farBottom, fractionY), fractionZ);
    }

    // The mask keeps every index within the 256 entries, which the compiler cannot see; this is the innermost loop of all.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int PermutationAt(int index)
    {
        return Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(Permutation), index & Mask);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float ValueAt(int index)
    {
        return Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(Values), index & Mask);
    }

    private static byte[] CreatePermutation()
    {
        var permutation = new byte[Mask + 1];
        for (var i = 0; i < permutation.Length; i++)
        {
            permutation[i] = (byte)i;
        }

        var random = FormulaRandom.From(0, (int)FormulaStream.NoiseTable, 0, 0);
        for (var i = permutation.Length - 1; i > 0; i--)
        {
            var other = random.NextIndex(i + 1);
            (permutation[i], permutation[other]) = (permutation[other], permutation[i]);
        }

        return permutation;
    }

    private static float[] CreateValues()
    {
        var values = new float[Mask + 1];
        var random = FormulaRandom.From(0, (int)FormulaStream.NoiseTable, 1, 0);
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = random.NextBetween(-1f, 1f);
        }

        return values;
    }
}
