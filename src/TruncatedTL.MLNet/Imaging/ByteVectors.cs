using System.Numerics;

namespace TruncatedTL.MLNet.Imaging;

/// <summary>Bytes to single precision, whole vectors at a time.</summary>
internal static class ByteVectors
{
    /// <summary>Converts values.</summary>
    /// <param name="bytes">The values.</param>
    /// <param name="singles">Receives them; at least as long.</param>
    public static void Convert(ReadOnlySpan<byte> bytes, Span<float> singles)
    {
        singles = singles[..bytes.Length];
        var done = 0;
        for (; done <= bytes.Length - Vector<byte>.Count; done += Vector<byte>.Count)
        {
            var (first, second, third, fourth) = ToSingles(new Vector<byte>(bytes[done..]));
            var target = singles.Slice(done, Vector<byte>.Count);
            first.CopyTo(target);
            second.CopyTo(target[Vector<float>.Count..]);
            third.CopyTo(target[(2 * Vector<float>.Count)..]);
            fourth.CopyTo(target[(3 * Vector<float>.Count)..]);
        }

        for (; done < bytes.Length; done++)
        {
            singles[done] = bytes[done];
        }
    }

    /// <summary>One vector of bytes as four of single precision, in order.</summary>
    public static (Vector<float> First, Vector<float> Second, Vector<float> Third, Vector<float> Fourth) ToSingles(Vector<byte> bytes)
    {
        Vector.Widen(bytes, out var low, out var high);
        Vector.Widen(low, out var first, out var second);
        Vector.Widen(high, out var third, out var fourth);

        // As signed numbers, for which processors have the conversion.
        return (
            Vector.ConvertToSingle(Vector.AsVectorInt32(first)),
            Vector.ConvertToSingle(Vector.AsVectorInt32(second)),
            Vector.ConvertToSingle(Vector.AsVectorInt32(third)),
            Vector.ConvertToSingle(Vector.AsVectorInt32(fourth)));
    }
}
