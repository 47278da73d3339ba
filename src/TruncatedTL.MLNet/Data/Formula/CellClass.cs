namespace TruncatedTL.MLNet.Data.Formula;

/// <summary>
/// Scattered points, one in each cell of a grid, drawn as discs, rings, cones, Voronoi borders or flat Voronoi tiles.
/// </summary>
/// <remarks>Source of the distance field: Worley, "A cellular texture basis function", SIGGRAPH 1996.</remarks>
internal sealed class CellClass : FormulaClass
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
        _cellsPerUnit = FormulaMath.Exp2(FormulaMath.Lerp(0.8f, 2.8f, seed.Spread(0)));
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
            FrequencyX = _cellsPerUnit * random.NextBetween(0.93f, 1.07f),
            FrequencyY = _cellsPerUnit / _stretch,
            Radius = _radius * random.NextBetween(0.93f, 1.07f),
            Jitter = _jitter,
            Softness = _softness,
            OffsetX = random.NextIndex(1 << 16),
            OffsetY = random.NextIndex(1 << 16),
            ShiftX = random.NextUnit(),
            ShiftY = random.NextUnit(),
        };
        Paint(field, ref random, canvas, size);
    }

    private struct Field : IFormulaField
    {
        public Drawing Drawing;
        public float FrequencyX;
        public float FrequencyY;
        public float Radius;
        public float Jitter;
        public float Softness;
        public int OffsetX;
        public int OffsetY;
        public float ShiftX;
        public float ShiftY;

        public readonly float Evaluate(float x, float y)
        {
            var (gridX, gridY) = ((x * FrequencyX) + ShiftX, (y * FrequencyY) + ShiftY);
            var (cellX, cellY) = ((int)MathF.Floor(gridX), (int)MathF.Floor(gridY));
            var (nearest, second, nearestHash) = (float.MaxValue, float.MaxValue, 0u);

            // Distances are squared until the end. The nearest point lies in the cell itself or one of its eight neighbours.
            for (var row = cellY - 1; row <= cellY + 1; row++)
            {
                for (var column = cellX - 1; column <= cellX + 1; column++)
                {
                    var hash = Hash(column + OffsetX, row + OffsetY);
                    var deltaX = column + 0.5f + (Jitter * (((hash & 0xFFFF) * (1f / 65536f)) - 0.5f)) - gridX;
                    var deltaY = row + 0.5f + (Jitter * (((hash >> 16) * (1f / 65536f)) - 0.5f)) - gridY;
                    var distance = (deltaX * deltaX) + (deltaY * deltaY);
                    if (distance < nearest)
                    {
                        (second, nearest, nearestHash) = (nearest, distance, hash);
                    }
                    else if (distance < second)
                    {
                        second = distance;
                    }
                }
            }

            return Shade(MathF.Sqrt(nearest), MathF.Sqrt(second), ((nearestHash * 0x9E3779B1u) >> 8) * (1f / (1 << 24)));
        }

        private static uint Hash(int column, int row)
        {
            var hash = ((uint)column * 0x85EBCA6Bu) ^ ((uint)row * 0xC2B2AE35u);
            hash = (hash ^ (hash >> 15)) * 0x2C1B3C6Du;
            hash = (hash ^ (hash >> 12)) * 0x297A2D39u;
            return hash ^ (hash >> 15);
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
