namespace TruncatedTL.MLNet.Data.Formula;

/// <summary>Everything that is drawn at random about one image of <see cref="FormulaLesionSource"/>, and its painting.</summary>
/// <remarks>Coordinates run from -1 to 1 across the image, y downwards.</remarks>
internal readonly struct LesionScene
{
    private const int Distractors = 2;

    private readonly TissueBackground _tissue;
    private readonly LesionShape? _lesion;
    private readonly LesionShape[] _distractors;
    private readonly float _speckle;
    private readonly float _gain;

    private LesionScene(TissueBackground tissue, LesionShape? lesion, LesionShape[] distractors, float speckle, float gain)
    {
        _tissue = tissue;
        _lesion = lesion;
        _distractors = distractors;
        _speckle = speckle;
        _gain = gain;
    }

    /// <summary>Draws the scene's parameters.</summary>
    public static LesionScene Create(ref FormulaRandom random, LesionKind kind, FormulaLesionOptions options)
    {
        var tissue = TissueBackground.Create(ref random);

        // Faint smooth shadows in every class: a dark round spot alone must not mean "lesion".
        var distractors = new LesionShape[random.NextIndex(Distractors + 1)];
        for (var i = 0; i < distractors.Length; i++)
        {
            distractors[i] = LesionShape.CreateDistractor(ref random);
        }

        var lesion = kind == LesionKind.None ? null : LesionShape.Create(ref random, kind == LesionKind.MalignantLike, options.Difficulty);
        return new LesionScene(tissue, lesion, distractors, options.NoiseLevel * random.NextBetween(0.8f, 1.2f), random.NextBetween(0.85f, 1.2f));
    }

    /// <summary>Paints one grey plane, [size, size].</summary>
    public void Render(ref FormulaRandom random, Span<byte> plane, int size)
    {
        // Grains of two to three pixels, longer along the probe than away from it, whatever the size of the image.
        const float GrainsPerColumn = 0.34f;
        const float GrainsPerRow = 0.52f;
        var grainX = random.NextUnit() * ValueNoise.Period;
        var grainY = random.NextUnit() * ValueNoise.Period;
        var step = 2f / size;
        for (var row = 0; row < size; row++)
        {
            var y = ((row + 0.5f) * step) - 1f;
            for (var column = 0; column < size; column++)
            {
                var x = ((column + 0.5f) * step) - 1f;
                var value = _tissue.Evaluate(x, y);
                foreach (var distractor in _distractors)
                {
                    value = distractor.Apply(value, x, y);
                }

                value = _lesion?.Apply(value, x, y) ?? value;
                var speckle = Speckle(grainX + (column * GrainsPerColumn), grainY + (row * GrainsPerRow));
                value = (_gain * value * (1f + (_speckle * speckle))) + (0.1f * _speckle * random.NextNormal());
                plane[(row * size) + column] = (byte)Math.Clamp((value * 255f) + 0.5f, 0f, 255f);
            }
        }
    }

    // The magnitude of a complex field, brought to mean 0 and standard deviation 1.
    private static float Speckle(float x, float y)
    {
        var real = ValueNoise.Sample(x, y);
        var imaginary = ValueNoise.Sample(x + 101.5f, y + 57.3f);
        return (MathF.Sqrt((real * real) + (imaginary * imaginary)) - 0.51f) * 4.2f;
    }
}
