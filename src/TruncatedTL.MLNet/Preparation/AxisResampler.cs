using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;

namespace TruncatedTL.MLNet.Preparation;

/// <summary>Applies the plans of all axes, one axis after the other.</summary>
internal static class AxisResampler
{
    /// <summary>Resizes and cuts, [C, source lengths] to [C, kept lengths].</summary>
    /// <param name="values">The source; it is not changed.</param>
    /// <param name="channels">C.</param>
    /// <param name="axes">One plan per spatial axis.</param>
    /// <returns>The source itself where there is nothing to do.</returns>
    public static float[] Run(float[] values, int channels, IReadOnlyList<AxisPlan> axes)
    {
        var lengths = axes.Select(axis => axis.Source).ToArray();

        // The axis that shrinks most comes first: no intermediate result is then longer than the longer of source and target.
        int[] order = [.. Enumerable.Range(0, axes.Count).Where(i => !axes[i].IsIdentity).OrderBy(i => (double)axes[i].Kept / axes[i].Source)];
        var rented = new List<float[]>();
        try
        {
            foreach (var a in order)
            {
                var outer = channels * Product(lengths.AsSpan(..a));
                var inner = Product(lengths.AsSpan((a + 1)..));
                var source = values.AsSpan(0, outer * lengths[a] * inner);
                var weights = axes[a].Weights();
                var length = checked(outer * weights.Count * inner);

                // Large arrays are dear to the garbage collector; only the last one leaves.
                values = a == order[^1] ? GC.AllocateUninitializedArray<float>(length) : ArrayPool<float>.Shared.Rent(length);
                if (a != order[^1])
                {
                    rented.Add(values);
                }

                Resample(source, outer, lengths[a], inner, weights, values.AsSpan(0, length));
                lengths[a] = weights.Count;
            }
        }
        finally
        {
            rented.ForEach(array => ArrayPool<float>.Shared.Return(array));
        }

        return values;
    }

    // [outer, length, inner] -> [outer, weights.Count, inner]
    private static void Resample(ReadOnlySpan<float> source, int outer, int length, int inner, AxisWeights weights, Span<float> result)
    {
        var windows = weights.ToWindows();
        for (var o = 0; o < outer; o++)
        {
            var from = source.Slice(o * length * inner, length * inner);
            var to = result.Slice(o * windows.Length * inner, windows.Length * inner);
            for (var k = 0; k < windows.Length; k++)
            {
                var taps = windows[k].Weights.Span;
                if (inner == 1)
                {
                    to[k] = Dot(from.Slice(windows[k].First, taps.Length), taps);
                    continue;
                }

                var row = to.Slice(k * inner, inner);
                row.Clear();
                for (var t = 0; t < taps.Length; t++)
                {
                    AddScaled(from.Slice((windows[k].First + t) * inner, inner), taps[t], row);
                }
            }
        }
    }

    private static float Dot(ReadOnlySpan<float> values, ReadOnlySpan<float> weights)
    {
        var sum = 0f;
        for (var i = 0; i < weights.Length; i++)
        {
            sum += values[i] * weights[i];
        }

        return sum;
    }

    /// <summary>Adds values times a factor.</summary>
    internal static void AddScaled(ReadOnlySpan<float> source, float factor, Span<float> sum)
    {
        var vectors = MemoryMarshal.Cast<float, Vector<float>>(source);
        var sums = MemoryMarshal.Cast<float, Vector<float>>(sum);
        for (var i = 0; i < vectors.Length; i++)
        {
            sums[i] += vectors[i] * factor;
        }

        for (var i = vectors.Length * Vector<float>.Count; i < source.Length; i++)
        {
            sum[i] += source[i] * factor;
        }
    }

    private static int Product(ReadOnlySpan<int> lengths)
    {
        var product = 1;
        foreach (var length in lengths)
        {
            product = checked(product * length);
        }

        return product;
    }
}
