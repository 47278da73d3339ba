namespace TruncatedTL.MLNet.Data.Formula;

/// <summary>
/// Scattered points, one in each cell of a grid, drawn as discs, rings, cones, Voronoi borders or flat
/// Voronoi tiles; in space as balls, shells and so on.
/// </summary>
internal sealed class CellClass<TPoint> : FormulaClass<TPoint>
    where TPoint : struct, IFormulaPoint<TPoint>
{
    private readonly Drawing _drawing;
    private readonly float _cellsPerUnit;
    private readonly float _radius;
    private readonly float _jitter;
    private readonly float _stretch;
    private readonly float _softness;

    public CellClass(FormulaClassSeed seed)
    {
        var random = seed.CreateRandom();
        _drawing = (Drawing)seed.Kind(5);
        _cellsPerUnit = FormulaMath.Exp2(FormulaMath.Lerp(0.8f, 2.8f + TPoint.FinestOctaveShift, seed.Spread(0)));
        _radius = FormulaMath.Lerp(0.22f, 0.55f, seed.Spread(1));
        _stretch = FormulaMath.Lerp(1f, 2.2f, seed.Spread(2));
        _jitter = random.NextBetween(0.3f, 1f);
        _softness = random.NextBetween(0.06f, 0.3f);
    }

    private enum Drawing
    {
        Discs,
        Rings,
        Borders,
        Cones,
        Tiles,
    }

    public override void Render(ref FormulaRandom random, Span<float> canvas, int size)
    {
        var field = new Field
        {
            Drawing = _drawing,
            Frequency = TPoint.Create(_cellsPerUnit * random.NextBetween(0.93f, 1.07f), _cellsPerUnit / _stretch, _cellsPerUnit),
            Radius = _radius * random.NextBetween(0.93f, 1.07f),
            Jitter = _jitter,
            Softness = _softness,
            Offset = random.NextPoint<TPoint>(0f, 1 << 16),
            Shift = random.NextPoint<TPoint>(0f, 1f),
        };
        Paint(field, ref random, canvas, size);
    }

    private struct Field : IFormulaField<TPoint>
    {
        public Drawing Drawing;
        public TPoint Frequency;
        public float Radius;
        public float Jitter;
        public float Softness;
        public TPoint Offset;
        public TPoint Shift;

        public readonly float Evaluate(TPoint point)
        {
            var (nearest, second, tone) = TPoint.Cells((point * Frequency) + Shift, Offset, Jitter);
            return Shade(nearest, second, tone);
        }

        private readonly float Shade(float nearest, float second, float tone)
        {
            switch (Drawing)
            {
                case Drawing.Discs:
                    var radius = Radius * (0.75f + (0.5f * tone));
                    return FormulaMath.SmoothStep(radius + Softness, radius - (Softness * 0.5f), nearest) * (0.7f + (0.3f * tone));
                case Drawing.Rings:
                    return FormulaMath.SmoothStep(0.08f + Softness, 0.03f, Math.Abs(nearest - (Radius * (0.8f + (0.4f * tone)))));
                case Drawing.Borders:
                    return FormulaMath.SmoothStep(0.05f + (Softness * 1.2f), 0.03f, second - nearest);
                case Drawing.Cones:
                    return 1f - (nearest / (Radius + 0.4f));
                default:
                    return (0.15f + (0.85f * tone)) * FormulaMath.SmoothStep(0f, Softness, second - nearest);
            }
        }
    }
}
