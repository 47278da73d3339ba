using System.Buffers;

namespace TruncatedTL.MLNet.Data.Formula;

/// <summary>The attractor of one iterated function system, chosen so that it fills a fair part of the image or volume.</summary>
internal sealed class FractalClass<TPoint> : FormulaClass<TPoint>
    where TPoint : struct, IFormulaPoint<TPoint>
{
    // From as many maps as there are dimensions: fewer fill too little.
    private const int MapCounts = 5;
    private const int MaxTrials = 400;

    private readonly IteratedFunctionSystem _system;

    public FractalClass(FormulaClassSeed seed)
    {
        var random = seed.CreateRandom();
        var mapCount = TPoint.Rank + (int)(seed.Spread(0) * MapCounts);
        _system = Search(ref random, mapCount);
    }

    private static int TrialSize => TPoint.Rank == 3 ? 20 : 48;

    private static int TrialPoints => TPoint.Rank == 3 ? 4000 : 3000;

    // Chance attractors are rarely solid, and the less so the more dimensions there are.
    private static (float Least, float Most) Fill => TPoint.Rank == 3 ? (0.07f, 0.35f) : (0.14f, 0.55f);

    public override void Render(ref FormulaRandom random, Span<float> canvas, int size)
    {
        Span<float> coefficients = stackalloc float[_system.Coefficients.Length];
        _system.Coefficients.CopyTo(coefficients);
        Perturb(ref random, coefficients);
        var view = TPoint.CreateQuarterTurn(ref random).MirrorX(random.NextFlag(0.5f) ? -1f : 1f);

        // An attractor leaves most of a volume empty, so that fewer points for each voxel do.
        var pointCount = TPoint.Rank == 3 ? canvas.Length / 2 : Math.Max(1500, (int)(canvas.Length * 11L / 10));
        var buffer = ArrayPool<FractalPoint<TPoint>>.Shared.Rent(pointCount);
        try
        {
            var points = buffer.AsSpan(0, pointCount);
            var bounds = FractalOrbit<TPoint>.Trace(_system, ref random, coefficients, view, points);
            FractalCanvas<TPoint>.Draw(ref random, points, bounds, canvas, size);
        }
        finally
        {
            ArrayPool<FractalPoint<TPoint>>.Shared.Return(buffer);
        }
    }

    private static IteratedFunctionSystem Search(ref FormulaRandom random, int mapCount)
    {
        // Nearly all searches end within 20 trials; the best seen so far serves in the end in any case.
        IteratedFunctionSystem? best = null;
        var leastExcess = float.MaxValue;
        var points = new FractalPoint<TPoint>[TrialPoints];
        var filled = new bool[TPoint.Rank == 3 ? TrialSize * TrialSize * TrialSize : TrialSize * TrialSize];
        for (var trial = 0; trial < MaxTrials && leastExcess > 0f; trial++)
        {
            var candidate = IteratedFunctionSystem.Create(ref random, TPoint.Rank, mapCount);
            var bounds = FractalOrbit<TPoint>.Trace(candidate, ref random, candidate.Coefficients, FormulaMap<TPoint>.Identity, points);
            var fill = FillRate(points, bounds, filled);
            var excess = Math.Max(0f, Math.Max(Fill.Least - fill, fill - Fill.Most));
            if (excess < leastExcess)
            {
                (best, leastExcess) = (candidate, excess);
            }
        }

        return best!;
    }

    private static float FillRate(ReadOnlySpan<FractalPoint<TPoint>> points, FractalBounds<TPoint> bounds, bool[] filled)
    {
        Array.Clear(filled);
        var scale = (TrialSize - 1) / bounds.LargestExtent;
        var count = 0;
        foreach (var point in points)
        {
            var place = (point.Position - bounds.Low) * scale;
            ref var cell = ref filled[((((int)place.Z * TrialSize) + (int)place.Y) * TrialSize) + (int)place.X];
            count += cell ? 0 : 1;
            cell = true;
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
        var stride = TPoint.Rank + 1;
        for (var map = 0; map < coefficients.Length; map += TPoint.Rank * stride)
        {
            var matrix = coefficients.Slice(map, TPoint.Rank * stride);
            var norm = IteratedFunctionSystem.BoundNorm(matrix, TPoint.Rank);
            if (norm > LargestNorm)
            {
                var scale = LargestNorm / norm;
                for (var i = 0; i < matrix.Length; i++)
                {
                    matrix[i] *= i % stride == TPoint.Rank ? 1f : scale;
                }
            }
        }
    }
}
