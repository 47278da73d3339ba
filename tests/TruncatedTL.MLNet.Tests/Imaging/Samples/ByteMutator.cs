using System.Buffers.Binary;

namespace TruncatedTL.MLNet.Tests.Imaging.Samples;

/// <summary>
/// Damages files as accidents and attackers do: flipped bits, overwritten runs, cuts, insertions, and numbers that lie. The same index
/// always gives the same damage.
/// </summary>
internal static class ByteMutator
{
    // Headers lie in front; offsets further in are reached by the random changes.
    private const int SweptBytes = 640;

    private static readonly int[] Widths = [2, 4, 8];

    /// <summary>How many systematic changes there are: each aligned field, both byte orders, each value that careless readers fail on.</summary>
    public static int SweepLength(byte[] original)
    {
        return Widths.Sum(width => Math.Min(original.Length, SweptBytes) / width) * Numbers(0, 8).Length * 2;
    }

    /// <summary>One of the systematic changes.</summary>
    /// <param name="original">The intact file.</param>
    /// <param name="index">From 0 to <see cref="SweepLength"/> - 1.</param>
    public static byte[] Sweep(byte[] original, int index)
    {
        var isBigEndian = index % 2 == 1;
        index /= 2;
        var kinds = Numbers(0, 8).Length;
        var kind = index % kinds;
        var field = index / kinds;
        foreach (var width in Widths)
        {
            var fields = Math.Min(original.Length, SweptBytes) / width;
            if (field < fields)
            {
                var mutated = (byte[])original.Clone();
                Store(mutated, field * width, width, Numbers(original.Length, width)[kind], isBigEndian);
                return mutated;
            }

            field -= fields;
        }

        throw new ArgumentOutOfRangeException(nameof(index));
    }

    /// <summary>One to four random changes.</summary>
    public static byte[] Random(byte[] original, Random random)
    {
        var bytes = original.ToList();
        for (var change = random.Next(1, 5); change > 0 && bytes.Count > 0; change--)
        {
            Change(bytes, random);
        }

        return [.. bytes];
    }

    private static void Change(List<byte> bytes, Random random)
    {
        // Headers are short and interesting, so that half of the changes fall there.
        var at = random.Next(random.Next(2) == 0 ? Math.Min(bytes.Count, 128) : bytes.Count);
        switch (random.Next(8))
        {
            case 0:
            case 1:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 2:
                bytes[at] = (byte)random.Next(256);
                break;
            case 3:
                var run = Math.Min(random.Next(1, 32), bytes.Count - at);
                var value = (byte)(random.Next(2) == 0 ? random.Next(256) : 255 * random.Next(2));
                for (var i = 0; i < run; i++)
                {
                    bytes[at + i] = random.Next(4) == 0 ? (byte)random.Next(256) : value;
                }

                break;
            case 4:
                bytes.RemoveRange(at, random.Next(2) == 0 ? bytes.Count - at : Math.Min(random.Next(1, 32), bytes.Count - at));
                break;
            case 5:
                bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 64), bytes.Count - at)));
                break;
            case 6:
                bytes.InsertRange(at, Enumerable.Range(0, random.Next(1, 16)).Select(_ => (byte)random.Next(256)));
                break;
            default:
                var width = 1 << random.Next(4);
                var start = at / width * width;
                var copy = bytes.GetRange(start, Math.Min(width, bytes.Count - start)).ToArray();
                var numbers = Numbers(bytes.Count, width);
                Store(copy, 0, copy.Length, numbers[random.Next(numbers.Length)], random.Next(2) == 0);
                for (var i = 0; i < copy.Length; i++)
                {
                    bytes[start + i] = copy[i];
                }

                break;
        }
    }

    private static long[] Numbers(int fileLength, int width)
    {
        return [0, 1, -1, int.MaxValue, 1L << ((8 * width) - 1), fileLength, fileLength - 1, fileLength + 1, 0x4000];
    }

    private static void Store(byte[] target, int at, int width, long value, bool isBigEndian)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        var low = bytes[..width];
        if (isBigEndian)
        {
            low.Reverse();
        }

        low.CopyTo(target.AsSpan(at));
    }
}
