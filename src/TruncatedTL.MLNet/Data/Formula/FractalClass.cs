using System.Buffers;

namespace TruncatedTL.MLNet.Data.Formula;

/// <summary>The attractor of one iterated function system in the plane, chosen so that it fills a fair part of the image.</summary>
internal sealed class FractalClass : FormulaClass
{
    private const int Rank = 2;
    private const int CoefficientsPerMap = Rank * (Rank + 1);
    private const int MaxMaps = 6;

    // The orbit starts off the attractor and reaches it, to within a pixel, after a few steps.
    private const int DiscardedPoints = 24;

    private const int TrialSize = 48;
    private const int TrialPoints = 3000;
    private const int MaxTrials = 400;
    private const float LeastFill = 0.14f;
    private const float MostFill = 0.55f;

    private readonly IteratedFunctionSystem _system;

    public FractalClass(FormulaClassSeed seed)
    {
        var random = seed.CreateRandom();
        var mapCount = 2 + (int)(seed.Spread(0) * (MaxMaps - 1));
        _system = Search(ref random, mapCount);
    }

    private FractalClass(IteratedFunctionSystem system)
    {
        _system = system;
    }

    private enum Brush
    {
        Point,
        Patch,
        Soft,
    }

    public override void Render(ref FormulaRandom random, Span<float> canvas, int size)
    {
        Span<float> coefficients = stackalloc float[MaxMaps * CoefficientsPerMap];
        coefficients = coefficients[.._system.Coefficients.Length];
        _system.Coefficients.CopyTo(coefficients);
        Perturb(ref random, coefficients);
        Span<float> view = stackalloc float[4];
        FillView(ref random, view);
        var pointCount = Math.Max(1500, (int)(size * (long)size * 11 / 10));
        var buffer = ArrayPool<float>.Shared.Rent(pointCount * 3);
        try
        {
            // [point, (x, y, shade)]
            var points = buffer.AsSpan(0, pointCount * 3);
            var bounds = Iterate(ref random, coefficients, view, points);
            Draw(ref random, points, bounds, canvas, size);
        }
        finally
        {
            ArrayPool<float>.Shared.Return(buffer);
        }
    }

    private static IteratedFunctionSystem Search(ref FormulaRandom random, int mapCount)
    {
        // Nearly all searches end within 20 trials; the best seen so far serves in the end in any case.
        IteratedFunctionSystem? best = null;
        var leastExcess = float.MaxValue;
        var points = new float[TrialPoints * 3];
        var filled = new bool[TrialSize * TrialSize];
        ReadOnlySpan<float> identity = [1f, 0f, 0f, 1f];
        for (var trial = 0; trial < MaxTrials && leastExcess > 0f; trial++)
        {
            var candidate = IteratedFunctionSystem.Create(ref random, Rank, mapCount);
            var bounds = new FractalClass(candidate).Iterate(ref random, candidate.Coefficients, identity, points);
            var fill = FillRate(points, bounds, filled);
            var excess = Math.Max(0f, Math.Max(LeastFill - fill, fill - MostFill));
            if (excess < leastExcess)
            {
                (best, leastExcess) = (candidate, excess);
            }
        }

        return best!;
    }

    private static float FillRate(ReadOnlySpan<float> points, Bounds bounds, bool[] filled)
    {
        Array.Clear(filled);
        var scale = (TrialSize - 1) / bounds.Extent;
        var count = 0;
        for (var i = 0; i < points.Length; i += 3)
        {
            var column = (int)((points[i] - bounds.Left) * scale);
            var row = (int)((points[i + 1] - bounds.Top) * scale);
            ref var pixel = ref filled[(row * TrialSize) + column];
            count += pixel ? 0 : 1;
            pixel = true;
        }

        return count / (float)filled.Length;
    }

    // One coefficient changes clearly, all others a little; a map that would no longer contract is scaled back.
    private static void Perturb(ref FormulaRandom random, Span<float> coefficients)
    {
        var chosen = random.NextIndex(coefficients.Length);
        for (var i = 0; i < coefficients.Length; i++)
        {
            coefficients[i] *= i == chosen ? random.NextBetween(0.8f, 1.2f) : random.NextBetween(0.97f, 1.03f);
        }

        const float LargestNorm = 0.96f;
        for (var map = 0; map < coefficients.Length; map += CoefficientsPerMap)
        {
            var (a, b, c, d) = (coefficients[map], coefficients[map + 1], coefficients[map + 3], coefficients[map + 4]);
            var squares = (a * a) + (b * b) + (c * c) + (d * d);
            var determinant = (a * d) - (b * c);

            // Largest singular value of a 2 x 2 matrix from its squares and determinant.
            var norm = MathF.Sqrt(0.5f * (squares + MathF.Sqrt(Math.Max(0f, (squares * squares) - (4f * determinant * determinant)))));
            if (norm > LargestNorm)
            {
                var scale = LargestNorm / norm;
                (coefficients[map], coefficients[map + 1], coefficients[map + 3], coefficients[map + 4]) = (a * scale, b * scale, c * scale, d * scale);
            }
        }
    }

    // A quarter turn, a small tilt, and a mirror image half of the time.
    private static void FillView(ref FormulaRandom random, Span<float> view)
    {
        var turns = (random.NextIndex(4) * 0.25f) + random.NextBetween(-0.05f, 0.05f);
        var mirror = random.NextFlag(0.5f) ? -1f : 1f;
        var (cosine, sine) = (FormulaMath.CosTurns(turns), FormulaMath.SinTurns(turns));
        view[0] = cosine * mirror;
        view[1] = -sine;
        view[2] = sine * mirror;
        view[3] = cosine;
    }

    private static void Draw(ref FormulaRandom random, ReadOnlySpan<float> points, Bounds bounds, Span<float> canvas, int size)
    {
        // One pixel of border lets the brushes write without looking where they are.
        var stride = size + 2;
        var buffer = ArrayPool<float>.Shared.Rent(stride * stride);
        var padded = buffer.AsSpan(0, stride * stride);
        padded.Clear();
        var room = size - 1f;
        var scale = room * random.NextBetween(0.72f, 0.98f) / bounds.Extent;
        var left = 1f + ((room - (bounds.Width * scale)) * random.NextUnit()) - (bounds.Left * scale);
        var top = 1f + ((room - (bounds.Height * scale)) * random.NextUnit()) - (bounds.Top * scale);
        var brush = (Brush)random.NextIndex(3);
        var patch = (int)(random.NextBits() & 0x1FF) | 0x10;
        for (var i = 0; i < points.Length; i += 3)
        {
            var (x, y, shade) = ((points[i] * scale) + left, (points[i + 1] * scale) + top, points[i + 2]);
            var (column, row) = ((int)x, (int)y);
            var target = (row * stride) + column;
            switch (brush)
            {
                case Brush.Point:
                    padded[target] += shade;
                    break;
                case Brush.Patch:
                    AddPatch(padded, target - stride - 1, stride, patch, shade * 0.3f);
                    break;
                default:
                    var (fractionX, fractionY) = (x - column, y - row);
                    padded[target] += shade * (1f - fractionX) * (1f - fractionY);
                    padded[target + 1] += shade * fractionX * (1f - fractionY);
                    padded[target + stride] += shade * (1f - fractionX) * fractionY;
                    padded[target + stride + 1] += shade * fractionX * fractionY;
                    break;
            }
        }

        // Visits to a pixel spread over orders of magnitude; this keeps both the dense and the thin parts visible.
        var half = random.NextBetween(0.4f, 1.6f);
        for (var row = 0; row < size; row++)
        {
            var source = padded.Slice(((row + 1) * stride) + 1, size);
            var line = canvas.Slice(row * size, size);
            for (var column = 0; column < line.Length; column++)
            {
                line[column] = source[column] / (source[column] + half);
            }
        }

        ArrayPool<float>.Shared.Return(buffer);
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

    private Bounds Iterate(ref FormulaRandom random, ReadOnlySpan<float> coefficients, ReadOnlySpan<float> view, Span<float> points)
    {
        var choices = _system.Choices;
        var shades = _system.Shades;
        var (x, y, bits) = (0f, 0f, 0UL);
        var (left, right, top, bottom) = (float.MaxValue, float.MinValue, float.MaxValue, float.MinValue);
        var (viewXX, viewXY, viewYX, viewYY) = (view[0], view[1], view[2], view[3]);
        for (var step = -DiscardedPoints; step * 3 < points.Length; step++)
        {
            // One draw serves eight steps; the number of discarded points is a multiple of eight.
            bits = (step & 7) == 0 ? random.NextBits() : bits >> 8;
            var map = choices[(int)(bits & 0xFF)];
            var m = coefficients.Slice(map * CoefficientsPerMap, CoefficientsPerMap);
            (x, y) = ((m[0] * x) + (m[1] * y) + m[2], (m[3] * x) + (m[4] * y) + m[5]);
            if (step < 0)
            {
                continue;
            }

            var (viewedX, viewedY) = ((viewXX * x) + (viewXY * y), (viewYX * x) + (viewYY * y));
            var point = points.Slice(step * 3, 3);
            point[0] = viewedX;
            point[1] = viewedY;
            point[2] = shades[map];
            left = Math.Min(left, viewedX);
            right = Math.Max(right, viewedX);
            top = Math.Min(top, viewedY);
            bottom = Math.Max(bottom, viewedY);
        }

        return new Bounds(left, top, right - left, bottom - top);
    }

    private readonly record struct Bounds(float Left, float Top, float Width, float Height)
    {
        // Not zero, so that an attractor that shrank to a point is a dot instead of a division by zero.
        public float Extent => Math.Max(1e-6f, Math.Max(Width, Height));
    }
}
