namespace TruncatedTL.MLNet.Data.Formula;

/// <summary>Smooth layered tissue: wavy bands, a bright band near the probe, fine bright strands, and loss of signal with depth.</summary>
internal readonly struct TissueBackground
{
    private readonly float _offsetX;
    private readonly float _offsetY;
    private readonly float _base;
    private readonly float _layerDepth;
    private readonly float _layerFrequency;
    private readonly float _waviness;
    private readonly float _strands;
    private readonly float _attenuation;
    private readonly float _tilt;

    private TissueBackground(ref FormulaRandom random)
    {
        _offsetX = random.NextUnit() * ValueNoise.Period;
        _offsetY = random.NextUnit() * ValueNoise.Period;
        _base = random.NextBetween(0.46f, 0.58f);
        _layerDepth = random.NextBetween(0.1f, 0.2f);
        _layerFrequency = random.NextBetween(1.5f, 3.2f);
        _waviness = random.NextBetween(0.1f, 0.35f);
        _strands = random.NextBetween(0.05f, 0.2f);
        _attenuation = random.NextBetween(0.1f, 0.45f);
        _tilt = random.NextBetween(-0.25f, 0.25f);
    }

    /// <summary>Draws a piece of tissue.</summary>
    public static TissueBackground Create(ref FormulaRandom random)
    {
        return new TissueBackground(ref random);
    }

    /// <summary>Brightness at a point, about 0 to 1.</summary>
    public float Evaluate(float x, float y)
    {
        var wave = y + (_tilt * x) + (_waviness * ValueNoise.Sample((1.1f * x) + _offsetX, (0.7f * y) + _offsetY));
        var layers = ValueNoise.Sample((0.5f * x) + _offsetY, (_layerFrequency * wave) + _offsetX);
        var lobules = ValueNoise.Sample((2.3f * x) + _offsetX, (2.9f * wave) + _offsetY);
        var strand = Math.Max(0f, 1f - (7f * Math.Abs(ValueNoise.Sample((1.3f * x) + _offsetY, (3.1f * wave) + _offsetY))));
        var nearProbe = 0.22f * FormulaMath.SmoothStep(-0.72f, -0.9f, y + (0.06f * layers));
        var depth = 0.5f * (y + 1f);
        return (_base + (_layerDepth * layers) + (0.09f * lobules) + (_strands * strand) + nearProbe) * (1.08f - (_attenuation * depth));
    }
}
