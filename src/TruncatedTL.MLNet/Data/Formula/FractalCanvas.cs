using System.Buffers;

namespace TruncatedTL.MLNet.Data.Formula;

/// <summary>Draws the points of an attractor at a random size and place with one of three brushes.</summary>
internal static class FractalCanvas<TPoint>
    where TPoint : struct, IFormulaPoint<TPoint>
{
    private enum Brush
    {
        Point,
        Patch,
        Soft,
    }

    /// <summary>Draws points.</summary>
    /// <param name="random">Decides on size, place, brush and tone.</param>
    /// <param name="points">The points.</param>
    /// <param name="bounds">The box around them.</param>
    /// <param name="canvas">Receives grey values from 0 to 1, [size, size] or [size, size, size].</param>
    /// <param name="size">Length of every edge in pixels or voxels.</param>
    public static void Draw(ref FormulaRandom random, ReadOnlySpan<FractalPoint<TPoint>> points, FractalBounds<TPoint> bounds, Span<float> canvas, int size)
    {
        // One pixel of border lets the brushes write without looking where they are.
        var stride = size + 2;
        var border = TPoint.Rank == 3 ? 1 : 0;
        var paddedLength = stride * stride * (TPoint.Rank == 3 ? stride : 1);
        var buffer = ArrayPool<float>.Shared.Rent(paddedLength);
        try
        {
            var padded = buffer.AsSpan(0, paddedLength);
            padded.Clear();
            var room = size - 1f;
            var scale = room * random.NextBetween(0.72f, 0.98f) / bounds.LargestExtent;
            var spare = TPoint.Create(room, room, room) - (bounds.Extent * scale);
            var corner = TPoint.Create(1f, 1f, 1f) + (spare * random.NextPoint<TPoint>(0f, 1f)) - (bounds.Low * scale);
            Paint(ref random, points, scale, corner, padded, stride);

            // Visits to a pixel spread over orders of magnitude; this keeps both the dense and the thin parts visible.
            var half = random.NextBetween(0.4f, 1.6f);
            for (var start = 0; start < canvas.Length; start += size)
            {
                var (slice, row) = Math.DivRem(start / size, size);
                var source = padded.Slice(((((slice + border) * stride) + row + 1) * stride) + 1, size);
                var line = canvas.Slice(start, size);
                for (var column = 0; column < line.Length; column++)
                {
                    line[column] = source[column] / (source[column] + half);
                }
            }
        }
        finally
        {
            ArrayPool<float>.Shared.Return(buffer);
        }
    }

    private static void Paint(ref FormulaRandom random, ReadOnlySpan<FractalPoint<TPoint>> points, float scale, TPoint corner, Span<float> padded, int stride)
    {
        var brush = (Brush)random.NextIndex(3);
        var slice = stride * stride;
        var patch = (int)random.NextBits();
        patch = TPoint.Rank == 3 ? (patch & 0x7FFFFFF) | 0x2000 : (patch & 0x1FF) | 0x10;
        foreach (var point in points)
        {
            var place = (point.Position * scale) + corner;
            var (column, row, depth) = ((int)place.X, (int)place.Y, (int)place.Z);
            var target = (((depth * stride) + row) * stride) + column;
            switch (brush)
            {
                case Brush.Point:
                    padded[target] += point.Shade;
                    break;
                case Brush.Patch when TPoint.Rank == 3:
                    // The outer slices count half, so that a dense part is about as bright as in the plane.
                    AddPatch(padded, target - slice - stride - 1, stride, patch, point.Shade * 0.15f);
                    AddPatch(padded, target - stride - 1, stride, patch >> 9, point.Shade * 0.3f);
                    AddPatch(padded, target + slice - stride - 1, stride, patch >> 18, point.Shade * 0.15f);
                    break;
                case Brush.Patch:
                    AddPatch(padded, target - stride - 1, stride, patch, point.Shade * 0.3f);
                    break;
                case Brush.Soft when TPoint.Rank == 3:
                    var fraction = place.Z - depth;
                    AddSoft(padded, target, stride, place.X - column, place.Y - row, point.Shade * (1f - fraction));
                    AddSoft(padded, target + slice, stride, place.X - column, place.Y - row, point.Shade * fraction);
                    break;
                default:
                    AddSoft(padded, target, stride, place.X - column, place.Y - row, point.Shade);
                    break;
            }
        }
    }

    private static void AddPatch(Span<float> padded, int corner, int stride, int patch, float shade)
    {
        for (var row = 0; row < 3; row++)
        {
            var line = padded.Slice(corner + (row * stride), 3);
            line[0] += (patch & 1) * shade;
            line[1] += ((patch >> 1) & 1) * shade;
            line[2] += ((patch >> 2) & 1) * shade;
            patch >>= 3;
        }
    }

    private static void AddSoft(Span<float> padded, int target, int stride, float fractionX, float fractionY, float shade)
    {
        padded[target] += shade * (1f - fractionX) * (1f - fractionY);
        padded[target + 1] += shade * fractionX * (1f - fractionY);
        padded[target + stride] += shade * (1f - fractionX) * fractionY;
        padded[target + stride + 1] += shade * fractionX * fractionY;
    }
}
