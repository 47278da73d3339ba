using System.Numerics;
using System.Runtime.InteropServices;

namespace TruncatedTL.MLNet.Preparation;

/// <summary>What all values of an image have in common, found in one pass over whole vectors.</summary>
/// <param name="Lowest">The lowest value.</param>
/// <param name="Highest">The highest value.</param>
/// <param name="IsFinite">No value is NaN or infinite; otherwise the other members say nothing.</param>
/// <param name="IsWhole">Every value is a whole number.</param>
internal readonly record struct ValueRange(float Lowest, float Highest, bool IsFinite, bool IsWhole)
{
    /// <summary>Looks at all values; there is at least one.</summary>
    public static ValueRange Of(ReadOnlySpan<float> values)
    {
        var vectors = MemoryMarshal.Cast<float, Vector<float>>(values);
        var (lowest, highest) = (new Vector<float>(values[0]), new Vector<float>(values[0]));
        var (endless, broken) = (Vector<float>.Zero, Vector<float>.Zero);
        foreach (var vector in vectors)
        {
            lowest = Vector.Min(lowest, vector);
            highest = Vector.Max(highest, vector);

            // NaN for what is not finite and else zero; once NaN, a sum stays it.
            endless += vector - vector;
            broken += Vector.Abs(vector - Vector.Truncate(vector));
        }

        var (least, most, sum, parts) = (values[0], values[0], Vector.Sum(endless), Vector.Sum(broken));
        for (var i = 0; i < Vector<float>.Count; i++)
        {
            (least, most) = (Math.Min(least, lowest[i]), Math.Max(most, highest[i]));
        }

        foreach (var value in values[(vectors.Length * Vector<float>.Count)..])
        {
            (least, most) = (Math.Min(least, value), Math.Max(most, value));
            sum += value - value;
            parts += Math.Abs(value - MathF.Truncate(value));
        }

        return new ValueRange(least, most, sum == 0, parts == 0);
    }
}
