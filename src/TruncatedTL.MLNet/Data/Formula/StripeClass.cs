namespace TruncatedTL.MLNet.Data.Formula;

/// <summary>A regular pattern (stripes, checks, rings, hexagonal dots or zigzag) under a smooth warp.</summary>
internal sealed class StripeClass : FormulaClass
{
    private readonly Pattern _pattern;
    private readonly float _cyclesPerUnit;
    private readonly float _warp;
    private readonly float _warpFrequency;
    private readonly float _threshold;
    private readonly float _softness;

    public StripeClass(FormulaClassSeed seed)
    {
        var random = seed.CreateRandom();
        _pattern = (Pattern)seed.Kind(5);
        _cyclesPerUnit = FormulaMath.Exp2(FormulaMath.Lerp(0.5f, 2.6f, seed.Spread(0)));
        _warp = FormulaMath.Lerp(0.05f, 1.1f, seed.Spread(1)) / _cyclesPerUnit;
        _threshold = FormulaMath.Lerp(-0.5f, 0.5f, seed.Spread(2));
        _warpFrequency = random.NextBetween(0.8f, 3f);
        _softness = random.NextBetween(0.15f, 0.8f);
    }

    private enum Pattern
    {
        Stripes,
        Checks,
        Rings,
        Dots,
        Zigzag,
    }

    public override void Render(ref FormulaRandom random, Span<float> canvas, int size)
    {
        var field = new Field
        {
            Pattern = _pattern,
            Cycles = _cyclesPerUnit * random.NextBetween(0.94f, 1.06f),
            Warp = _warp * random.NextBetween(0.85f, 1.15f),
            WarpFrequency = _warpFrequency,
            Threshold = _threshold,
            Softness = _softness,
            PhaseX = random.NextUnit(),
            PhaseY = random.NextUnit(),
            OffsetX = random.NextUnit() * ValueNoise.Period,
            OffsetY = random.NextUnit() * ValueNoise.Period,
            CentreX = random.NextBetween(-0.6f, 0.6f),
            CentreY = random.NextBetween(-0.6f, 0.6f),
        };
        Paint(field, ref random, canvas, size);
    }

    private struct Field : IFormulaField
    {
        public Pattern Pattern;
        public float Cycles;
        public float Warp;
        public float WarpFrequency;
        public float Threshold;
        public float Softness;
        public float PhaseX;
        public float PhaseY;
        public float OffsetX;
        public float OffsetY;
        public float CentreX;
        public float CentreY;

        public readonly float Evaluate(float x, float y)
        {
            var (noiseX, noiseY) = ((x * WarpFrequency) + OffsetX, (y * WarpFrequency) + OffsetY);
            x += Warp * ValueNoise.Sample(noiseX, noiseY);
            y += Warp * ValueNoise.Sample(noiseX + 91.7f, noiseY + 33.1f);
            var (waveX, waveY) = ((x * Cycles) + PhaseX, (y * Cycles) + PhaseY);
            float value;
            switch (Pattern)
            {
                case Pattern.Stripes:
                    value = FormulaMath.SinTurns(waveX);
                    break;
                case Pattern.Checks:
                    value = 1.6f * FormulaMath.SinTurns(waveX) * FormulaMath.SinTurns(waveY);
                    break;
                case Pattern.Rings:
                    var (fromX, fromY) = (x - CentreX, y - CentreY);
                    value = FormulaMath.SinTurns((MathF.Sqrt((fromX * fromX) + (fromY * fromY)) * Cycles) + PhaseX);
                    break;
                case Pattern.Dots:
                    // Three waves a third of a turn apart make a hexagonal lattice.
                    value = 0.55f * (FormulaMath.SinTurns(waveX)
                        + FormulaMath.SinTurns((-0.5f * waveX) + (0.8660254f * waveY))
                        + FormulaMath.SinTurns((-0.5f * waveX) - (0.8660254f * waveY)));
                    break;
                default:
                    var tooth = waveY - MathF.Floor(waveY);
                    value = FormulaMath.SinTurns(waveX + (1.2f * Math.Abs(tooth - 0.5f)));
                    break;
            }

            return FormulaMath.SmoothStep(Threshold - Softness, Threshold + Softness, value);
        }
    }
}
