using System.Numerics;
using TruncatedTL.MLNet.Imaging;
using TruncatedTL.MLNet.Preparation;

namespace TruncatedTL.MLNet.Loading;

/// <summary>An image's values in the smallest of four types that holds all of them exactly.</summary>
internal sealed class CompactValues
{
    // Exactly one of the four is set.
    private readonly byte[]? _bytes;
    private readonly short[]? _signed;
    private readonly ushort[]? _unsigned;
    private readonly float[]? _singles;

    /// <summary>Packs finite values, at least one; the array is kept where nothing smaller holds them.</summary>
    public CompactValues(float[] values)
    {
        var range = ValueRange.Of(values);
        switch (range.IsWhole)
        {
            case true when range.Lowest >= byte.MinValue && range.Highest <= byte.MaxValue:
                _bytes = Converted<float, byte>(values);
                break;
            case true when range.Lowest >= ushort.MinValue && range.Highest <= ushort.MaxValue:
                _unsigned = Converted<float, ushort>(values);
                break;
            case true when range.Lowest >= short.MinValue && range.Highest <= short.MaxValue:
                _signed = Converted<float, short>(values);
                break;
            default:
                _singles = values;
                break;
        }
    }

    /// <summary>Keeps values that are bytes already.</summary>
    public CompactValues(byte[] values)
    {
        _bytes = values;
    }

    /// <summary>Number of values.</summary>
    public int Length => _bytes?.Length ?? _unsigned?.Length ?? _signed?.Length ?? _singles!.Length;

    /// <summary>Bytes that the values take.</summary>
    public long Bytes => (long)Length * (_bytes is not null ? sizeof(byte) : _singles is not null ? sizeof(float) : sizeof(short));

    /// <summary>Copies the values.</summary>
    public void CopyTo(Span<float> destination)
    {
        if (_bytes is not null)
        {
            ByteVectors.Convert(_bytes, destination);
        }
        else if (_unsigned is not null)
        {
            Convert<ushort, float>(_unsigned, destination);
        }
        else if (_signed is not null)
        {
            Convert<short, float>(_signed, destination);
        }
        else
        {
            _singles.CopyTo(destination);
        }
    }

    private static TTo[] Converted<TFrom, TTo>(ReadOnlySpan<TFrom> source)
        where TFrom : unmanaged, INumberBase<TFrom>
        where TTo : unmanaged, INumberBase<TTo>
    {
        var result = GC.AllocateUninitializedArray<TTo>(source.Length);
        Convert(source, result.AsSpan());
        return result;
    }

    private static void Convert<TFrom, TTo>(ReadOnlySpan<TFrom> source, Span<TTo> destination)
        where TFrom : unmanaged, INumberBase<TFrom>
        where TTo : unmanaged, INumberBase<TTo>
    {
        destination = destination[..source.Length];
        for (var i = 0; i < source.Length; i++)
        {
            destination[i] = TTo.CreateTruncating(source[i]);
        }
    }
}
