using System.Runtime.CompilerServices;

namespace TruncatedTL.MLNet.Data.Formula;

/// <summary>Smooth noise summed over octaves, with the class's own spectrum, stretch, folding and warp.</summary>
internal sealed class NoiseClass : FormulaClass
{
    private const int Octaves = 4;

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
        _baseFrequency = FormulaMath.Exp2(FormulaMath.Lerp(0.2f, 2.4f, seed.Spread(0)));
        _stretch = FormulaMath.Exp2(FormulaMath.Lerp(0f, 2f, seed.Spread(1)));
        _warp = random.NextFlag(0.5f) ? random.NextBetween(0.1f, 0.35f) : 0f;
        _bands = random.NextBetween(1f, 2.5f);
        var persistence = FormulaMath.Lerp(0.25f, 0.85f, seed.Spread(2));
        _amplitudes = new float[Octaves];
        var sum = 0f;
        for (var octave = 0; octave < Octaves; octave++)
        {
            _amplitudes[octave] = octave == 0 ? 1f : _amplitudes[octave - 1] * persistence;
            sum += _amplitudes[octave];
        }

        for (var octave = 0; octave < Octaves; octave++)
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
            FrequencyX = _baseFrequency * random.NextBetween(0.92f, 1.08f),
            FrequencyY = _baseFrequency / _stretch,
            OffsetX = random.NextUnit() * ValueNoise.Period,
            OffsetY = random.NextUnit() * ValueNoise.Period,
            Warp = _warp,
            Bands = _bands,
        };
        for (var octave = 0; octave < Octaves; octave++)
        {
            field.Amplitudes[octave] = _amplitudes[octave];
        }

        Paint(field, ref random, canvas, size);
    }

    [InlineArray(Octaves)]
    private struct OctaveValues
    {
        private float _first;
    }

    private struct Field : IFormulaField
    {
        public Folding Folding;
        public float FrequencyX;
        public float FrequencyY;
        public float OffsetX;
        public float OffsetY;
        public float Warp;
        public float Bands;
        public OctaveValues Amplitudes;

        public readonly float Evaluate(float x, float y)
        {
            if (Warp > 0f)
            {
                x += Warp * ValueNoise.Sample((1.7f * x) + OffsetY, (1.7f * y) + OffsetX);
            }

            var sum = 0f;
            var (sampleX, sampleY) = ((x * FrequencyX) + OffsetX, (y * FrequencyY) + OffsetY);
            for (var octave = 0; octave < Octaves; octave++)
            {
                var noise = ValueNoise.Sample(sampleX, sampleY);
                sum += Amplitudes[octave] * Folding switch
                {
                    Folding.Ridges => 1f - (2.4f * Math.Abs(noise)),
                    Folding.Billows => (2.4f * Math.Abs(noise)) - 1f,
                    _ => noise,
                };

                // Not quite an octave, so that the grids of two octaves do not coincide.
                (sampleX, sampleY) = (sampleX * 1.93f, sampleY * 1.93f);
            }

            return Folding == Folding.Contours
                ? 0.5f + (0.5f * FormulaMath.SinTurns(sum * Bands))
                : 0.5f + (0.8f * sum);
        }
    }
}
