namespace TruncatedTL.MLNet.Data.Formula;

/// <summary>
/// Elementary functions from additions, multiplications and divisions only. The framework's own are taken from each
/// platform's C library and differ in the last digit, which would make images differ between machines.
/// </summary>
internal static class FormulaMath
{
    /// <summary>The sine of an angle in turns (1 is a full circle). Absolute error below 1e-6 for angles within 1000 turns of zero up to the rounding of the angle itself.</summary>
    public static float SinTurns(float turns)
    {
        // sin(2 pi x) is odd about 0 and even about 1/4, so a quarter turn is enough.
        var x = turns - MathF.Round(turns);
        x = x > 0.25f ? 0.5f - x : x < -0.25f ? -0.5f - x : x;
        var s = x * x;

        // Taylor coefficients (2 pi)^k / k!.
        return x * (6.2831853f + (s * (-41.341702f + (s * (81.605249f + (s * (-76.705860f + (s * (42.058693f + (s * -15.094643f))))))))));
    }

    /// <summary>The cosine of an angle in turns.</summary>
    public static float CosTurns(float turns)
    {
        return SinTurns(turns + 0.25f);
    }

    /// <summary>2 to the power of a number from -100 to 100, relative error below 1e-6.</summary>
    public static float Exp2(float exponent)
    {
        var whole = MathF.Floor(exponent);
        var x = (exponent - whole) * 0.69314718f;
        var mantissa = 1f + (x * (1f + (x * (0.5f + (x * (0.16666667f + (x * (0.041666667f + (x * (0.0083333333f + (x * (0.0013888889f + (x * 0.0001984127f)))))))))))));
        return mantissa * BitConverter.Int32BitsToSingle(((int)whole + 127) << 23);
    }

    /// <summary>Rises smoothly from 0 to 1 while the value goes from one edge to the other. The edges must differ.</summary>
    public static float SmoothStep(float edge0, float edge1, float value)
    {
        var t = Math.Clamp((value - edge0) / (edge1 - edge0), 0f, 1f);
        return t * t * (3f - (2f * t));
    }

    /// <summary>The point at a fraction of the way from one number to another.</summary>
    public static float Lerp(float from, float to, float fraction)
    {
        return from + ((to - from) * fraction);
    }
}
