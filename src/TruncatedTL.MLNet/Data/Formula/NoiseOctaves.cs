using System.Runtime.CompilerServices;

namespace TruncatedTL.MLNet.Data.Formula;

/// <summary>One amplitude per octave of noise, within the field itself, so that its loop needs no array.</summary>
[InlineArray(Count)]
internal struct NoiseOctaves
{
    public const int Count = 4;

    private float _first;
}
