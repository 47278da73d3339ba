namespace TruncatedTL.MLNet.Data.Formula;

/// <summary>
/// Speckle of coherent imaging: the magnitude of a complex random field with the class's own grain, over a slowly
/// varying reflectivity of layers, patches or nothing.
/// </summary>
/// <remarks>Source of the model: Goodman, "Some fundamental properties of speckle", J. Opt. Soc. Am. 66 (1976): the
/// magnitude of a circular complex Gaussian field is Rayleigh distributed.</remarks>
internal sealed class SpeckleClass : FormulaClass
{
    private readonly Reflectivity _reflectivity;
    private readonly float _grainsPerUnit;
    private readonly float _stretch;
    private readonly float _structureFrequency;
    private readonly float _depth;

    public SpeckleClass(FormulaClassSeed seed)
    {
        var random = seed.CreateRandom();
        _reflectivity = (Reflectivity)seed.Kind(3);
        _grainsPerUnit = FormulaMath.Exp2(FormulaMath.Lerp(1.6f, 3.9f, seed.Spread(0)));
        _stretch = FormulaMath.Exp2(FormulaMath.Lerp(0f, 2f, seed.Spread(1)));
        _structureFrequency = FormulaMath.Exp2(FormulaMath.Lerp(0f, 1.8f, seed.Spread(2)));
        _depth = random.NextBetween(0.5f, 0.95f);
    }

    private enum Reflectivity
    {
        Layers,
        Patches,
        Even,
    }

    public override void Render(ref FormulaRandom random, Span<float> canvas, int size)
    {
        var field = new Field
        {
            Reflectivity = _reflectivity,
            GrainX = _grainsPerUnit * random.NextBetween(0.93f, 1.07f),
            GrainY = _grainsPerUnit / _stretch,
            StructureFrequency = _structureFrequency * random.NextBetween(0.93f, 1.07f),
            Depth = _depth,
            OffsetX = random.NextUnit() * ValueNoise.Period,
            OffsetY = random.NextUnit() * ValueNoise.Period,
            Gain = random.NextBetween(0.9f, 1.3f),
        };
        Paint(field, ref random, canvas, size);
    }

    private struct Field : IFormulaField
    {
        public Reflectivity Reflectivity;
        public float GrainX;
        public float GrainY;
        public float StructureFrequency;
        public float Depth;
        public float OffsetX;
        public float OffsetY;
        public float Gain;

        public readonly float Evaluate(float x, float y)
        {
            var (grainX, grainY) = ((x * GrainX) + OffsetX, (y * GrainY) + OffsetY);
            var real = ValueNoise.Sample(grainX, grainY);

            // Another place of the same noise serves as the imaginary part.
            var imaginary = ValueNoise.Sample(grainX + 101.5f, grainY + 57.3f);
            var magnitude = MathF.Sqrt((real * real) + (imaginary * imaginary));
            var structure = Reflectivity switch
            {
                Reflectivity.Layers => 0.5f + (0.5f * FormulaMath.SinTurns((y * StructureFrequency) + (0.35f * ValueNoise.Sample(x + OffsetY, OffsetX)))),
                Reflectivity.Patches => FormulaMath.SmoothStep(-0.15f, 0.15f, ValueNoise.Sample((x * StructureFrequency * 1.6f) + OffsetY, (y * StructureFrequency * 1.6f) + OffsetX)),
                _ => 1f,
            };
            return Gain * magnitude * (1f - Depth + (Depth * structure));
        }
    }
}
