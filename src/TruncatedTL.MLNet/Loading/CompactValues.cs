namespace TruncatedTL.MLNet.Loading;

/// <summary>An image's values in the smallest of four types that holds all of them exactly.</summary>
internal sealed class CompactValues
{
    // Exactly one of the four is set.
    private readonly byte[]? _bytes;
    private readonly short[]? _signed;
    private readonly ushort[]? _unsigned;
    private readonly float[]? _singles;

    /// <summary>Packs values; the array is kept where nothing smaller holds them.</summary>
    public CompactValues(float[] values)
    {
        var (lowest, highest, isWhole) = (float.PositiveInfinity, float.NegativeInfinity, true);
        for (var i = 0; i < values.Length && isWhole; i++)
        {
            lowest = Math.Min(lowest, values[i]);
            highest = Math.Max(highest, values[i]);
            isWhole = values[i] == MathF.Truncate(values[i]);
        }

        switch (isWhole)
        {
            case true when lowest >= byte.MinValue && highest <= byte.MaxValue:
                _bytes = Array.ConvertAll(values, value => (byte)value);
                break;
            case true when lowest >= ushort.MinValue && highest <= ushort.MaxValue:
                _unsigned = Array.ConvertAll(values, value => (ushort)value);
                break;
            case true when lowest >= short.MinValue && highest <= short.MaxValue:
                _signed = Array.ConvertAll(values, value => (short)value);
                break;
            default:
                _singles = values;
                break;
        }
    }

    /// <summary>Number of values.</summary>
    public int Length => _bytes?.Length ?? _unsigned?.Length ?? _signed?.Length ?? _singles!.Length;

    /// <summary>Bytes that the values take.</summary>
    public long Bytes => (long)Length * (_bytes is not null ? sizeof(byte) : _singles is not null ? sizeof(float) : sizeof(short));

    /// <summary>Copies the values.</summary>
    public void CopyTo(Span<float> destination)
    {
        if (_singles is not null)
        {
            _singles.CopyTo(destination);
            return;
        }

        for (var i = 0; i < Length; i++)
        {
            destination[i] = _bytes is not null ? _bytes[i] : _unsigned is not null ? _unsigned[i] : _signed![i];
        }
    }
}
