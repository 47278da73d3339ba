namespace TruncatedTL.MLNet.Data.Formula;

/// <summary>
/// Speckle of coherent imaging: the magnitude of a complex random field with the class's own grain, over a slowly
/// varying reflectivity of layers, patches or nothing.
/// </summary>
/// <remarks>Source of the model: Goodman, "Some fundamental properties of speckle", J. Opt. Soc. Am. 66 (1976): the
/// magnitude of a circular complex Gaussian field is Rayleigh distributed.</remarks>
internal sealed class SpeckleClass<TPoint> : FormulaClass<TPoint>
    where TPoint : struct, IFormulaPoint<TPoint>
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
        _grainsPerUnit = FormulaMath.Exp2(FormulaMath.Lerp(1.6f, 3.9f + TPoint.FinestOctaveShift, seed.Spread(0)));
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
            Grain = TPoint.Create(_grainsPerUnit * random.NextBetween(0.93f, 1.07f), _grainsPerUnit / _stretch, _grainsPerUnit),
            StructureFrequency = _structureFrequency * random.NextBetween(0.93f, 1.07f),
            Depth = _depth,
            Offset = random.NextPoint<TPoint>(0f, ValueNoise.Period),
            Gain = random.NextBetween(0.9f, 1.3f),
        };
        Paint(field, ref random, canvas, size);
    }

    private struct Field : IFormulaField<TPoint>
    {
        public Reflectivity Reflectivity;
        public TPoint Grain;
        public float StructureFrequency;
        public float Depth;
        public TPoint Offset;
        public float Gain;

        public readonly float Evaluate(TPoint point)
        {
            var grain = (point * Grain) + Offset;
            var real = TPoint.Noise(grain);

            // Another place of the same noise serves as the imaginary part.
            var imaginary = TPoint.Noise(grain + TPoint.Create(101.5f, 57.3f, 23.9f));
            var magnitude = MathF.Sqrt((real * real) + (imaginary * imaginary));
            var structure = Reflectivity switch
            {
                Reflectivity.Layers => 0.5f + (0.5f * FormulaMath.SinTurns((point.Y * StructureFrequency) + (0.35f * TPoint.Noise(TPoint.Create(point.X, 0f, point.Z) + Offset.Turned)))),
                Reflectivity.Patches => FormulaMath.SmoothStep(-0.15f, 0.15f, TPoint.Noise((point * StructureFrequency * 1.6f) + Offset.Turned)),
                _ => 1f,
            };
            return Gain * magnitude * (1f - Depth + (Depth * structure));
        }
    }
}
