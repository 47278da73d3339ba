namespace TruncatedTL.MLNet.Data.Formula;

/// <summary>Smooth noise summed over octaves, with the class's own spectrum, stretch, folding and warp.</summary>
internal sealed class NoiseClass<TPoint> : FormulaClass<TPoint>
    where TPoint : struct, IFormulaPoint<TPoint>
{
    private readonly Folding _folding;
    private readonly float _baseFrequency;
    private readonly float _stretch;
    private readonly float _warp;
    private readonly float _bands;
    private readonly float[] _amplitudes;

    public NoiseClass(FormulaClassSeed seed)
    {
        var random = seed.CreateRandom();
        _folding = (Folding)seed.Kind(4);
        _baseFrequency = FormulaMath.Exp2(FormulaMath.Lerp(0.2f, 2.4f + TPoint.FinestOctaveShift, seed.Spread(0)));
        _stretch = FormulaMath.Exp2(FormulaMath.Lerp(0f, 2f, seed.Spread(1)));
        _warp = random.NextFlag(0.5f) ? random.NextBetween(0.1f, 0.35f) : 0f;
        _bands = random.NextBetween(1f, 2.5f);
        var persistence = FormulaMath.Lerp(0.25f, 0.85f, seed.Spread(2));
        _amplitudes = new float[NoiseOctaves.Count];
        var sum = 0f;
        for (var octave = 0; octave < NoiseOctaves.Count; octave++)
        {
            _amplitudes[octave] = octave == 0 ? 1f : _amplitudes[octave - 1] * persistence;
            sum += _amplitudes[octave];
        }

        for (var octave = 0; octave < NoiseOctaves.Count; octave++)
        {
            _amplitudes[octave] /= sum;
        }
    }

    private enum Folding
    {
        Plain,
        Ridges,
        Billows,
        Contours,
    }

    public override void Render(ref FormulaRandom random, Span<float> canvas, int size)
    {
        var field = new Field
        {
            Folding = _folding,
            Frequency = TPoint.Create(_baseFrequency * random.NextBetween(0.92f, 1.08f), _baseFrequency / _stretch, _baseFrequency),
            Offset = random.NextPoint<TPoint>(0f, ValueNoise.Period),
            Warp = _warp,
            Bands = _bands,
        };
        for (var octave = 0; octave < NoiseOctaves.Count; octave++)
        {
            field.Amplitudes[octave] = _amplitudes[octave];
        }

        Paint(field, ref random, canvas, size);
    }

    private struct Field : IFormulaField<TPoint>
    {
        public Folding Folding;
        public TPoint Frequency;
        public TPoint Offset;
        public float Warp;
        public float Bands;
        public NoiseOctaves Amplitudes;

        public readonly float Evaluate(TPoint point)
        {
            if (Warp > 0f)
            {
                point += TPoint.Create(Warp * TPoint.Noise((point * 1.7f) + Offset.Turned), 0f, 0f);
            }

            var sum = 0f;
            var sample = (point * Frequency) + Offset;
            for (var octave = 0; octave < NoiseOctaves.Count; octave++)
            {
                var noise = TPoint.Noise(sample);
                sum += Amplitudes[octave] * Folding switch
                {
                    Folding.Ridges => 1f - (2.4f * Math.Abs(noise)),
                    Folding.Billows => (2.4f * Math.Abs(noise)) - 1f,
                    _ => noise,
                };

                // Not quite an octave, so that the grids of two octaves do not coincide.
                sample *= 1.93f;
            }

            return Folding == Folding.Contours
                ? 0.5f + (0.5f * FormulaMath.SinTurns(sum * Bands))
                : 0.5f + (0.8f * sum);
        }
    }
}
