namespace TruncatedTL.MLNet.Data.Formula;

/// <summary>Two oriented waves, combined in one of four ways, under an envelope of smooth noise.</summary>
internal sealed class WaveClass : FormulaClass
{
    private readonly Combination _combination;
    private readonly float _cyclesPerUnit;
    private readonly float _ratio;
    private readonly float _angleTurns;
    private readonly float _envelopeFrequency;
    private readonly float _contrast;

    public WaveClass(FormulaClassSeed seed)
    {
        var random = seed.CreateRandom();
        _combination = (Combination)seed.Kind(4);
        _cyclesPerUnit = FormulaMath.Exp2(FormulaMath.Lerp(0.6f, 2.9f, seed.Spread(0)));
        _ratio = FormulaMath.Lerp(0.35f, 1f, seed.Spread(1));
        _angleTurns = FormulaMath.Lerp(0.06f, 0.25f, seed.Spread(2));
        _envelopeFrequency = random.NextBetween(0.8f, 2.5f);
        _contrast = random.NextBetween(0.6f, 2.5f);
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
            FirstPhase = random.NextUnit(),
            SecondPhase = random.NextUnit(),
            EnvelopeFrequency = _envelopeFrequency,
            EnvelopeX = random.NextUnit() * ValueNoise.Period,
            EnvelopeY = random.NextUnit() * ValueNoise.Period,
            EnvelopeDepth = random.NextBetween(0.2f, 0.8f),
            Contrast = _contrast,
        };
        Paint(field, ref random, canvas, size);
    }

    private struct Field : IFormulaField
    {
        public Combination Combination;
        public float FirstX;
        public float SecondX;
        public float SecondY;
        public float FirstPhase;
        public float SecondPhase;
        public float EnvelopeFrequency;
        public float EnvelopeX;
        public float EnvelopeY;
        public float EnvelopeDepth;
        public float Contrast;

        public readonly float Evaluate(float x, float y)
        {
            var first = FormulaMath.SinTurns((FirstX * x) + FirstPhase);
            var second = FormulaMath.SinTurns((SecondX * x) + (SecondY * y) + SecondPhase);
            var wave = Combination switch
            {
                Combination.Sum => 0.5f * (first + second),
                Combination.Product => first * second,
                Combination.Maximum => Math.Max(first, second) - 0.3f,
                _ => FormulaMath.SinTurns((FirstX * x) + FirstPhase + (0.4f * second)),
            };
            var envelope = ValueNoise.Sample((x * EnvelopeFrequency) + EnvelopeX, (y * EnvelopeFrequency) + EnvelopeY);
            var amplitude = 1f - (EnvelopeDepth * (0.5f + (0.5f * envelope)));

            // Saturates like a photograph, so that classes also differ in how hard their edges are.
            var value = wave * Contrast;
            value /= 1f + Math.Abs(value);
            return 0.5f + (0.5f * amplitude * value * ((1f + Contrast) / Contrast));
        }
    }
}
