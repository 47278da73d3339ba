using System.Runtime.InteropServices;

namespace TruncatedTL.MLNet.Preparation;

/// <summary>
/// Percentiles of single-precision values without sorting or copying them: two histograms, of the upper and the lower half of the bits, find
/// any order statistic exactly.
/// </summary>
internal static class PercentileFinder
{
    private const int HalfBits = 16;
    private const int Buckets = 1 << HalfBits;

    /// <summary>Values at two percentages, interpolated linearly between neighbours.</summary>
    /// <param name="values">Finite values, at least one.</param>
    /// <param name="lower">Percentage, 0 to 100.</param>
    /// <param name="upper">Percentage, 0 to 100.</param>
    public static (double Lower, double Upper) Find(ReadOnlySpan<float> values, double lower, double upper)
    {
        var bits = MemoryMarshal.Cast<float, uint>(values);
        var coarse = new int[Buckets];
        foreach (var value in bits)
        {
            coarse[Ordered(value) >> HalfBits]++;
        }

        return (At(bits, coarse, lower), At(bits, coarse, upper));
    }

    /// <summary>As above, by how often each whole number from 0 on occurs.</summary>
    /// <param name="counts">How often; at least one number occurs.</param>
    /// <param name="lower">Percentage, 0 to 100.</param>
    /// <param name="upper">Percentage, 0 to 100.</param>
    public static (double Lower, double Upper) FindByCounts(int[] counts, double lower, double upper)
    {
        return (At(counts, lower), At(counts, upper));
    }

    private static double At(int[] counts, double percentage)
    {
        var position = percentage / 100 * (counts.Sum() - 1);
        var rank = (int)Math.Floor(position);
        var (within, next) = (rank, rank + 1);
        var value = (double)FindBucket(counts, ref within);
        return position > rank ? value + ((position - rank) * (FindBucket(counts, ref next) - value)) : value;
    }

    private static double At(ReadOnlySpan<uint> bits, int[] coarse, double percentage)
    {
        var position = percentage / 100 * (bits.Length - 1);
        var rank = (int)Math.Floor(position);
        var value = (double)OrderStatistic(bits, coarse, rank);
        return position > rank ? value + ((position - rank) * (OrderStatistic(bits, coarse, rank + 1) - value)) : value;
    }

    private static float OrderStatistic(ReadOnlySpan<uint> bits, int[] coarse, int rank)
    {
        var upperHalf = FindBucket(coarse, ref rank);
        var fine = new int[Buckets];
        foreach (var value in bits)
        {
            var ordered = Ordered(value);
            if (ordered >> HalfBits == upperHalf)
            {
                fine[ordered & (Buckets - 1)]++;
            }
        }

        var found = (upperHalf << HalfBits) | FindBucket(fine, ref rank);
        return BitConverter.UInt32BitsToSingle((found & 0x8000_0000) != 0 ? found ^ 0x8000_0000 : ~found);
    }

    // The bucket that holds the rank; the rank becomes the one within it.
    private static uint FindBucket(int[] counts, ref int rank)
    {
        var bucket = 0;
        while (rank >= counts[bucket])
        {
            rank -= counts[bucket++];
        }

        return (uint)bucket;
    }

    // IEEE numbers in the order of their values: negative ones have all bits turned, others the sign.
    private static uint Ordered(uint bits) => (bits & 0x8000_0000) != 0 ? ~bits : bits | 0x8000_0000;
}
