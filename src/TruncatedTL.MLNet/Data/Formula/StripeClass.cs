namespace TruncatedTL.MLNet.Data.Formula;

/// <summary>
/// A regular pattern under a smooth warp: stripes, checks, rings, hexagonal dots or zigzag in the plane; sheets, blocks,
/// shells, tubes, folded sheets or a labyrinth in space.
/// </summary>
internal sealed class StripeClass<TPoint> : FormulaClass<TPoint>
    where TPoint : struct, IFormulaPoint<TPoint>
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
        _pattern = (Pattern)seed.Kind(TPoint.Rank == 3 ? 6 : 5);
        _cyclesPerUnit = FormulaMath.Exp2(FormulaMath.Lerp(0.5f, 2.6f + TPoint.FinestOctaveShift, seed.Spread(0)));
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
        Labyrinth,
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
            Phase = random.NextPoint<TPoint>(0f, 1f),
            Offset = random.NextPoint<TPoint>(0f, ValueNoise.Period),
            Centre = random.NextPoint<TPoint>(-0.6f, 0.6f),
        };
        Paint(field, ref random, canvas, size);
    }

    private struct Field : IFormulaField<TPoint>
    {
        public Pattern Pattern;
        public float Cycles;
        public float Warp;
        public float WarpFrequency;
        public float Threshold;
        public float Softness;
        public TPoint Phase;
        public TPoint Offset;
        public TPoint Centre;

        public readonly float Evaluate(TPoint point)
        {
            var noise = (point * WarpFrequency) + Offset;
            point += TPoint.Create(
                Warp * TPoint.Noise(noise),
                Warp * TPoint.Noise(noise + TPoint.Create(91.7f, 33.1f, 57.9f)),
                TPoint.Rank == 3 ? Warp * TPoint.Noise(noise + TPoint.Create(13.3f, 71.9f, 117.1f)) : 0f);
            var wave = (point * Cycles) + Phase;
            var (waveX, waveY) = (wave.X, wave.Y);
            float value;
            switch (Pattern)
            {
                case Pattern.Stripes:
                    value = FormulaMath.SinTurns(waveX);
                    break;
                case Pattern.Checks:
                    value = 1.6f * FormulaMath.SinTurns(waveX) * FormulaMath.SinTurns(waveY);
                    if (TPoint.Rank == 3)
                    {
                        value *= 1.25f * FormulaMath.SinTurns(wave.Z);
                    }

                    break;
                case Pattern.Rings:
                    var from = point - Centre;
                    var squares = (from.X * from.X) + (from.Y * from.Y);
                    squares = TPoint.Rank == 3 ? squares + (from.Z * from.Z) : squares;
                    value = FormulaMath.SinTurns((MathF.Sqrt(squares) * Cycles) + Phase.X);
                    break;
                case Pattern.Dots:
                    // Three waves a third of a turn apart make a hexagonal lattice; in space its dots are tubes.
                    value = 0.55f * (FormulaMath.SinTurns(waveX)
                        + FormulaMath.SinTurns((-0.5f * waveX) + (0.8660254f * waveY))
                        + FormulaMath.SinTurns((-0.5f * waveX) - (0.8660254f * waveY)));
                    break;
                case Pattern.Labyrinth:
                    // Close to the gyroid, a surface that winds through space without ever meeting itself.
                    value = (FormulaMath.SinTurns(waveX) * FormulaMath.CosTurns(waveY))
                        + (FormulaMath.SinTurns(waveY) * FormulaMath.CosTurns(wave.Z))
                        + (FormulaMath.SinTurns(wave.Z) * FormulaMath.CosTurns(waveX));
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
