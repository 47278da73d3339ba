using System.Numerics;

namespace TruncatedTL.MLNet.Data.Numpy;

/// <summary>Element-wise conversion of number spans.</summary>
internal static class NumericSpanExtensions
{
    /// <summary>Converts each value to the nearest 32-bit float.</summary>
    public static void ConvertTo<T>(this ReadOnlySpan<T> source, Span<float> destination)
        where T : struct, INumber<T>
    {
        for (var i = 0; i < source.Length; i++)
        {
            destination[i] = float.CreateTruncating(source[i]);
        }
    }
}
