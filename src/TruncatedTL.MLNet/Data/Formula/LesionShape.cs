using System.Runtime.CompilerServices;

namespace TruncatedTL.MLNet.Data.Formula;

/// <summary>
/// A dark region with a border given in polar form, r(angle) = radius * (1 + waves + spikes), a texture inside, a halo
/// around and a shadow or brightening below.
/// </summary>
internal sealed class LesionShape
{
    private const int FirstHarmonic = 2;
    private const int Harmonics = 9;
    private const int MaxSpikes = 10;

    // Below this irregularity a border has lobes but no spikes.
    private const float SpikeThreshold = 0.35f;

    // Cosine of half the width of a spike at its foot, about 14 degrees.
    private const float SpikeCosine = 0.97f;

    // No border reaches beyond this many radii.
    private const float LargestReach = 2.1f;

    private float _centreX;
    private float _centreY;
    private float _radius;
    private float _axisCosine;
    private float _axisSine;
    private float _stretch;
    private float _softness;
    private float _tone;
    private float _opacity;
    private float _texture;
    private float _textureX;
    private float _textureY;
    private float _halo;
    private float _below;
    private HarmonicValues _cosines;
    private HarmonicValues _sines;
    private int _spikes;
    private SpikeValues _spikeX;
    private SpikeValues _spikeY;
    private SpikeValues _spikeHeights;

    private LesionShape()
    {
    }

    /// <summary>Draws a lesion.</summary>
    /// <param name="random">Decides.</param>
    /// <param name="isMalignantLike">Which of the two distributions of the cues to draw from.</param>
    /// <param name="difficulty">0: the distributions hardly overlap; 1: they largely do.</param>
    public static LesionShape Create(ref FormulaRandom random, bool isMalignantLike, float difficulty)
    {
        var shape = new LesionShape();
        shape.PlaceAt(ref random, 0.42f, random.NextBetween(0.26f, 0.46f));
        shape._tone = random.NextBetween(0.14f, 0.28f);
        shape._opacity = random.NextBetween(0.65f, 0.95f);
        var border = DrawCue(ref random, isMalignantLike, difficulty, 1f);
        var inside = DrawCue(ref random, isMalignantLike, difficulty, 2f);
        var around = DrawCue(ref random, isMalignantLike, difficulty, 2f);
        var below = DrawCue(ref random, isMalignantLike, difficulty, 2.5f);
        shape._softness = FormulaMath.Lerp(0.1f, 0.22f, around) * random.NextBetween(0.8f, 1.2f);
        shape._texture = 0.26f * inside;
        shape._halo = 0.16f * around;

        // Signal behind smooth fluid-like regions is brighter, behind dense ones darker.
        shape._below = 0.22f * (0.5f - below);
        shape.DrawBorder(ref random, border);
        return shape;
    }

    /// <summary>Draws a faint smooth shadow that is no lesion.</summary>
    public static LesionShape CreateDistractor(ref FormulaRandom random)
    {
        var shape = new LesionShape();
        shape.PlaceAt(ref random, 0.9f, random.NextBetween(0.15f, 0.4f));
        shape._tone = random.NextBetween(0.2f, 0.35f);
        shape._opacity = random.NextBetween(0.15f, 0.4f);
        shape._softness = random.NextBetween(0.3f, 0.5f);
        shape.DrawBorder(ref random, 0.1f);
        return shape;
    }

    /// <summary>Puts the shape over a background value.</summary>
    /// <param name="background">Brightness of the tissue at the point.</param>
    /// <param name="x">Column, -1 to 1.</param>
    /// <param name="y">Row, -1 to 1, downwards.</param>
    public float Apply(float background, float x, float y)
    {
        var (fromX, fromY) = (x - _centreX, y - _centreY);
        var value = background;
        if (fromY > 0f && _below != 0f)
        {
            var beside = FormulaMath.SmoothStep(1.1f, 0.5f, Math.Abs(fromX) / _radius);
            value *= 1f + (_below * beside * FormulaMath.SmoothStep(0.4f, 1.2f, fromY / _radius));
        }

        var alongX = ((_axisCosine * fromX) + (_axisSine * fromY)) / _stretch;
        var alongY = ((_axisCosine * fromY) - (_axisSine * fromX)) * _stretch;
        var distance = MathF.Sqrt((alongX * alongX) + (alongY * alongY));
        if (distance > LargestReach * _radius * 1.5f)
        {
            return value;
        }

        // 1 at the border.
        var relative = distance / (_radius * Reach(alongX, alongY, distance));
        var inside = FormulaMath.SmoothStep(1f + _softness, 1f - _softness, relative);
        value += _halo * (1f - inside) * FormulaMath.SmoothStep(1.5f, 1.05f, relative);
        if (inside <= 0f)
        {
            return value;
        }

        // Raised a little: without that, uneven lesions would hold the darkest pixels, and those alone would give them away.
        var texture = _texture > 0f ? _texture * (0.45f + ValueNoise.Sample((x * 9f) + _textureX, (y * 9f) + _textureY)) : 0f;
        return value + (_opacity * inside * (_tone + texture - value));
    }

    // A cue is a number about 0 to 1. The kinds differ in its mean, more so the easier the task; a larger spread makes a weaker cue.
    private static float DrawCue(ref FormulaRandom random, bool isMalignantLike, float difficulty, float spread)
    {
        var separation = FormulaMath.Lerp(0.4f, 0.1f, difficulty);
        var mean = isMalignantLike ? 0.5f + separation : 0.5f - separation;
        return Math.Clamp(mean + (0.13f * spread * random.NextNormal()), 0f, 1f);
    }

    private void PlaceAt(ref FormulaRandom random, float range, float radius)
    {
        _centreX = random.NextBetween(-range, range);
        _centreY = random.NextBetween(-range, range);
        _radius = radius;
        _stretch = random.NextBetween(1f, 1.3f);
        var axisTurns = random.NextUnit();
        _axisCosine = FormulaMath.CosTurns(axisTurns);
        _axisSine = FormulaMath.SinTurns(axisTurns);
        _textureX = random.NextUnit() * ValueNoise.Period;
        _textureY = random.NextUnit() * ValueNoise.Period;
    }

    private void DrawBorder(ref FormulaRandom random, float irregularity)
    {
        for (var i = 0; i < Harmonics; i++)
        {
            // The two lowest waves make an even shape a little unround; the higher ones make lobes.
            var amplitude = i < 2 ? 0.04f + (0.06f * irregularity) : 0.085f * irregularity;
            _cosines[i] = amplitude * random.NextNormal();
            _sines[i] = amplitude * random.NextNormal();
        }

        _spikes = (int)(Math.Max(0f, irregularity - SpikeThreshold) / (1f - SpikeThreshold) * (MaxSpikes + 0.5f));
        for (var i = 0; i < _spikes; i++)
        {
            var turns = random.NextUnit();
            _spikeX[i] = FormulaMath.CosTurns(turns);
            _spikeY[i] = FormulaMath.SinTurns(turns);
            _spikeHeights[i] = irregularity * random.NextBetween(0.25f, 0.9f);
        }
    }

    // The border's distance in radii, in the direction of a point.
    private float Reach(float x, float y, float distance)
    {
        var (cosine, sine) = distance > 1e-6f ? (x / distance, y / distance) : (1f, 0f);

        // cos(k a) and sin(k a) for rising k by repeated rotation: no inverse tangent is needed.
        var (cosineK, sineK) = (cosine, sine);
        var reach = 1f;
        for (var k = FirstHarmonic; k < FirstHarmonic + Harmonics; k++)
        {
            (cosineK, sineK) = ((cosineK * cosine) - (sineK * sine), (sineK * cosine) + (cosineK * sine));
            reach += (_cosines[k - FirstHarmonic] * cosineK) + (_sines[k - FirstHarmonic] * sineK);
        }

        reach = Math.Max(0.5f, reach);
        for (var i = 0; i < _spikes; i++)
        {
            var nearness = ((cosine * _spikeX[i]) + (sine * _spikeY[i]) - SpikeCosine) * (1f / (1f - SpikeCosine));
            reach += nearness > 0f ? _spikeHeights[i] * nearness * nearness * nearness : 0f;
        }

        return Math.Min(LargestReach, reach);
    }

    [InlineArray(Harmonics)]
    private struct HarmonicValues
    {
        private float _first;
    }

    [InlineArray(MaxSpikes)]
    private struct SpikeValues
    {
        private float _first;
    }
}
