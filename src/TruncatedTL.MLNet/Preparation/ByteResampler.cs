using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using TruncatedTL.MLNet.Imaging;

namespace TruncatedTL.MLNet.Preparation;

/// <summary>
/// Resizes 8-bit images without turning them into single precision first: what <see cref="AxisResampler"/>, rounding and padding do to the image's
/// values, from bytes to bytes, in the same order and therefore with the same result to the last bit. Columns are mixed four values at a time: the
/// channels of a pixel, or, of a grey image, four rows.
/// </summary>
internal static class ByteResampler
{
    private const int Lanes = 4;

    // Beyond this the intermediate result is too long for arrays that are used again.
    private const long MaxIntermediate = 1 << 26;

    /// <summary>Whether an image can be resized here; images of uncommon size are none that hurry.</summary>
    public static bool CanRun(InterleavedBytes source, AxisPlan rows, AxisPlan columns)
    {
        return Lanes * ((long)source.Width + 1) <= MaxIntermediate
            && (RowsFirst(rows, columns) || (long)source.Height * columns.Kept * source.Channels <= MaxIntermediate);
    }

    /// <summary>Resizes, cuts and places an image.</summary>
    /// <param name="source">The image, for which <see cref="CanRun"/> is true.</param>
    /// <param name="rows">The plan for the rows.</param>
    /// <param name="columns">The plan for the columns.</param>
    /// <param name="result">Receives the image, [C, target rows, target columns]; what is padded keeps its values.</param>
    public static void Run(InterleavedBytes source, AxisPlan rows, AxisPlan columns, Span<byte> result)
    {
        var (down, across) = (new AxisTaps(rows), new AxisTaps(columns));
        var placement = new Placement(rows, columns, result);
        var mixed = ArrayPool<float>.Shared.Rent(Lanes * (source.Width + 1));
        var row = ArrayPool<float>.Shared.Rent(source.Width * source.Lanes);
        try
        {
            // Red, green, blue without a fourth lane: behind the last pixel one value more is read, and not used.
            mixed.AsSpan().Clear();
            var line = row.AsSpan(0, source.Width * source.Lanes);
            if (!RowsFirst(rows, columns))
            {
                ResizeColumnsFirst(source, down, across, mixed, line, placement);
            }
            else if (source.Lanes == 1)
            {
                ResizeGrey(source, down, across, mixed, line, placement);
            }
            else
            {
                ResizeColour(source, down, across, mixed, placement);
            }
        }
        finally
        {
            ArrayPool<float>.Shared.Return(mixed);
            ArrayPool<float>.Shared.Return(row);
        }
    }

    // As for values: the axis that shrinks most comes first.
    private static bool RowsFirst(AxisPlan rows, AxisPlan columns)
    {
        return (double)rows.Kept / rows.Source <= (double)columns.Kept / columns.Source;
    }

    private static void ResizeColumnsFirst(InterleavedBytes source, AxisTaps down, AxisTaps across, Span<float> mixed, Span<float> line, Placement placement)
    {
        // [H, C, kept columns]
        var (kept, rowLength) = (across.Results, across.Results * source.Channels);
        var narrowed = ArrayPool<float>.Shared.Rent(source.Height * rowLength);
        var sums = ArrayPool<float>.Shared.Rent(rowLength);
        try
        {
            var (first, end) = (down.First(0), down.First(down.Results - 1) + down.Count);
            for (var row = first; row < end; row += source.Lanes == 1 ? Lanes : 1)
            {
                var target = narrowed.AsSpan(row * rowLength, Math.Min(Lanes / source.Lanes, end - row) * rowLength);
                Narrow(source, row, across, mixed, line, target);
            }

            for (var k = 0; k < down.Results; k++)
            {
                var mixedRows = sums.AsSpan(0, rowLength);
                mixedRows.Clear();
                var weights = down.Weights(k);
                for (var tap = 0; tap < weights.Length; tap++)
                {
                    AxisResampler.AddScaled(narrowed.AsSpan((down.First(k) + tap) * rowLength, rowLength), weights[tap], mixedRows);
                }

                for (var channel = 0; channel < source.Channels; channel++)
                {
                    var target = placement.Row(channel, k);
                    var values = mixedRows.Slice(channel * kept, kept);
                    for (var j = 0; j < kept; j++)
                    {
                        target[j] = ToLevel(values[j]);
                    }
                }
            }
        }
        finally
        {
            ArrayPool<float>.Shared.Return(narrowed);
            ArrayPool<float>.Shared.Return(sums);
        }
    }

    // One row of colours to [C, kept], or four rows of greys, of which the last may be missing, to [rows, kept].
    private static void Narrow(InterleavedBytes source, int row, AxisTaps across, Span<float> mixed, Span<float> line, Span<float> target)
    {
        var kept = across.Results;
        var parts = target.Length / kept;
        if (source.Lanes == 1)
        {
            for (var lane = 0; lane < parts; lane++)
            {
                ByteVectors.Convert(source.Row(row + lane), line);
                Interleave(line, lane, mixed);
            }
        }
        else
        {
            ByteVectors.Convert(source.Row(row), mixed);
        }

        var step = source.Lanes == 1 ? Lanes : source.Lanes;
        for (var j = 0; j < kept; j++)
        {
            var values = MixColumns(mixed, step, across, j);
            for (var part = 0; part < parts; part++)
            {
                target[(part * kept) + j] = values[part];
            }
        }
    }

    private static void Interleave(ReadOnlySpan<float> line, int lane, Span<float> mixed)
    {
        for (var (column, target) = (0, lane); column < line.Length; column++, target += Lanes)
        {
            mixed[target] = line[column];
        }
    }

    private static void ResizeColour(InterleavedBytes source, AxisTaps down, AxisTaps across, Span<float> mixed, Placement placement)
    {
        for (var k = 0; k < down.Results; k++)
        {
            MixRows(source, down, k, mixed[..(source.Width * source.Lanes)]);
            var red = placement.Row(0, k);
            var green = placement.Row(1, k);
            var blue = placement.Row(2, k);
            for (var j = 0; j < across.Results; j++)
            {
                var levels = ToLevels(MixColumns(mixed, source.Lanes, across, j));
                red[j] = (byte)levels[0];
                green[j] = (byte)levels[1];
                blue[j] = (byte)levels[2];
            }
        }
    }

    private static void ResizeGrey(InterleavedBytes source, AxisTaps down, AxisTaps across, Span<float> mixed, Span<float> row, Placement placement)
    {
        for (var k = 0; k < down.Results; k += Lanes)
        {
            // What the last group lacks is done twice, to the same end.
            var last = down.Results - 1;
            for (var lane = 0; lane < Lanes; lane++)
            {
                MixRows(source, down, Math.Min(k + lane, last), row);
                Interleave(row, lane, mixed);
            }

            var first = placement.Row(0, k);
            var second = placement.Row(0, Math.Min(k + 1, last));
            var third = placement.Row(0, Math.Min(k + 2, last));
            var fourth = placement.Row(0, Math.Min(k + 3, last));
            for (var j = 0; j < across.Results; j++)
            {
                var levels = ToLevels(MixColumns(mixed, Lanes, across, j));
                first[j] = (byte)levels[0];
                second[j] = (byte)levels[1];
                third[j] = (byte)levels[2];
                fourth[j] = (byte)levels[3];
            }
        }
    }

    // The weighted sum of several rows.
    private static void MixRows(InterleavedBytes source, AxisTaps down, int result, Span<float> sums)
    {
        var weights = down.Weights(result);
        var pixels = source.All()[(down.First(result) * source.Stride)..];
        ref var start = ref MemoryMarshal.GetReference(pixels);
        var column = 0;

        // The last tap's row is the last one that is read, and holds as many values as there are sums.
        for (; column <= sums.Length - Vector<byte>.Count; column += Vector<byte>.Count)
        {
            var (a, b, c, d) = (Vector<float>.Zero, Vector<float>.Zero, Vector<float>.Zero, Vector<float>.Zero);
            for (var tap = 0; tap < weights.Length; tap++)
            {
                var (first, second, third, fourth) = ByteVectors.ToSingles(Vector.LoadUnsafe(ref start, (nuint)((tap * source.Stride) + column)));
                var weight = weights[tap];
                a += first * weight;
                b += second * weight;
                c += third * weight;
                d += fourth * weight;
            }

            var target = sums.Slice(column, Vector<byte>.Count);
            a.CopyTo(target);
            b.CopyTo(target[Vector<float>.Count..]);
            c.CopyTo(target[(2 * Vector<float>.Count)..]);
            d.CopyTo(target[(3 * Vector<float>.Count)..]);
        }

        for (; column < sums.Length; column++)
        {
            var sum = 0f;
            for (var tap = 0; tap < weights.Length; tap++)
            {
                sum += pixels[(tap * source.Stride) + column] * weights[tap];
            }

            sums[column] = sum;
        }
    }

    // The weighted sum of several columns, four values of each; of three lanes the fourth is the next column's first.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> MixColumns(ReadOnlySpan<float> mixed, int lanes, AxisTaps across, int result)
    {
        var weights = across.Weights(result);
        var taps = mixed.Slice(across.First(result) * lanes, ((weights.Length - 1) * lanes) + Lanes);
        ref var value = ref MemoryMarshal.GetReference(taps);
        var sum = Vector128<float>.Zero;
        foreach (var weight in weights)
        {
            sum += Vector128.LoadUnsafe(ref value) * weight;
            value = ref Unsafe.Add(ref value, lanes);
        }

        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> ToLevels(Vector128<float> values)
    {
        return Vector128.ConvertToInt32(Vector128.Clamp(Vector128.Round(values), Vector128<float>.Zero, Vector128.Create((float)byte.MaxValue)));
    }

    private static byte ToLevel(float value) => (byte)Math.Clamp(MathF.Round(value), byte.MinValue, byte.MaxValue);

    // Where the rows of the result lie.
    private readonly ref struct Placement(AxisPlan rows, AxisPlan columns, Span<byte> result)
    {
        private readonly Span<byte> _result = result;

        public Span<byte> Row(int channel, int row)
        {
            return _result.Slice((((channel * rows.Target) + rows.PadBefore + row) * columns.Target) + columns.PadBefore, columns.Kept);
        }
    }
}
