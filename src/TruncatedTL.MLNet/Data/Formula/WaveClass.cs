namespace TruncatedTL.MLNet.Data.Formula;

/// <summary>Two oriented waves in the plane, three in space, combined in one of four ways, under an envelope of smooth noise.</summary>
internal sealed class WaveClass<TPoint> : FormulaClass<TPoint>
    where TPoint : struct, IFormulaPoint<TPoint>
{
    private readonly Combination _combination;
    private readonly float _cyclesPerUnit;
    private readonly float _ratio;
    private readonly float _angleTurns;
    private readonly float _envelopeFrequency;
    private readonly float _contrast;
    private readonly float _thirdRatio;

    public WaveClass(FormulaClassSeed seed)
    {
        var random = seed.CreateRandom();
        _combination = (Combination)seed.Kind(4);
        _cyclesPerUnit = FormulaMath.Exp2(FormulaMath.Lerp(0.6f, 2.9f + TPoint.FinestOctaveShift, seed.Spread(0)));
        _ratio = FormulaMath.Lerp(0.35f, 1f, seed.Spread(1));
        _angleTurns = FormulaMath.Lerp(0.06f, 0.25f, seed.Spread(2));
        _envelopeFrequency = random.NextBetween(0.8f, 2.5f);
        _contrast = random.NextBetween(0.6f, 2.5f);
        _thirdRatio = random.NextBetween(0.35f, 1f);
    }

    private enum Combination
    {
        Sum,
        Product,
        Maximum,
        Modulation,
    }

    public override void Render(ref FormulaRandom random, Span<float> canvas, int size)
    {
        var first = _cyclesPerUnit * random.NextBetween(0.94f, 1.06f);
        var second = first * _ratio;
        var angle = _angleTurns + random.NextBetween(-0.01f, 0.01f);
        var field = new Field
        {
            Combination = _combination,
            FirstX = first,
            SecondX = second * FormulaMath.CosTurns(angle),
            SecondY = second * FormulaMath.SinTurns(angle),
            ThirdZ = first * _thirdRatio,
            Phase = random.NextPoint<TPoint>(0f, 1f),
            EnvelopeFrequency = _envelopeFrequency,
            Envelope = random.NextPoint<TPoint>(0f, ValueNoise.Period),
            EnvelopeDepth = random.NextBetween(0.2f, 0.8f),
            Contrast = _contrast,
        };
        Paint(field, ref random, canvas, size);
    }

    private struct Field : IFormulaField<TPoint>
    {
        public Combination Combination;
        public float FirstX;
        public float SecondX;
        public float SecondY;
        public float ThirdZ;
        public TPoint Phase;
        public float EnvelopeFrequency;
        public TPoint Envelope;
        public float EnvelopeDepth;
        public float Contrast;

        public readonly float Evaluate(TPoint point)
        {
            var firstTurns = (FirstX * point.X) + Phase.X;
            var second = FormulaMath.SinTurns((SecondX * point.X) + (SecondY * point.Y) + Phase.Y);
            var wave = TPoint.Rank == 3
                ? Combine(firstTurns, second, FormulaMath.SinTurns((ThirdZ * point.Z) + Phase.Z))
                : Combine(firstTurns, second);
            var envelope = TPoint.Noise((point * EnvelopeFrequency) + Envelope);
            var amplitude = 1f - (EnvelopeDepth * (0.5f + (0.5f * envelope)));

            // Saturates like a photograph, so that classes also differ in how hard their edges are.
            var value = wave * Contrast;
            value /= 1f + Math.Abs(value);
            return 0.5f + (0.5f * amplitude * value * ((1f + Contrast) / Contrast));
        }

        private readonly float Combine(float firstTurns, float second)
        {
            var first = FormulaMath.SinTurns(firstTurns);
            return Combination switch
            {
                Combination.Sum => 0.5f * (first + second),
                Combination.Product => first * second,
                Combination.Maximum => Math.Max(first, second) - 0.3f,
                _ => FormulaMath.SinTurns(firstTurns + (0.4f * second)),
            };
        }

        private readonly float Combine(float firstTurns, float second, float third)
        {
            var first = FormulaMath.SinTurns(firstTurns);
            return Combination switch
            {
                Combination.Sum => 0.45f * (first + second + third),
                Combination.Product => 1.4f * first * second * third,
                Combination.Maximum => Math.Max(Math.Max(first, second), third) - 0.45f,
                _ => FormulaMath.SinTurns(firstTurns + (0.3f * (second + third))),
            };
        }
    }
}
