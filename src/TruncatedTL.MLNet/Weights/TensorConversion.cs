using System.Numerics;
using System.Runtime.InteropServices;

namespace TruncatedTL.MLNet.Weights;

/// <summary>Conversion between element types.</summary>
internal static class TensorConversion
{
    /// <summary>Fails on a host whose numbers are not little endian instead of returning wrong values.</summary>
    public static void RequireLittleEndian()
    {
        if (!BitConverter.IsLittleEndian)
        {
            throw new PlatformNotSupportedException("Tensor values can only be converted on a little-endian machine.");
        }
    }

    /// <summary>Converts little-endian element bytes to numbers of type <typeparamref name="TTarget"/>.</summary>
    public static TTarget[] Convert<TTarget>(TensorElementType source, ReadOnlySpan<byte> bytes)
        where TTarget : unmanaged, INumberBase<TTarget>
    {
        RequireLittleEndian();
        var target = GC.AllocateUninitializedArray<TTarget>(bytes.Length / source.SizeBytes());
        Convert(source, bytes, target.AsSpan());
        return target;
    }

    /// <summary>Like <see cref="Convert{TTarget}(TensorElementType, ReadOnlySpan{byte})"/>, into little-endian bytes.</summary>
    public static unsafe byte[] ConvertToBytes<TTarget>(TensorElementType source, ReadOnlySpan<byte> bytes)
        where TTarget : unmanaged, INumberBase<TTarget>
    {
        RequireLittleEndian();
        var target = NewTarget(bytes.Length / source.SizeBytes(), sizeof(TTarget));
        Convert(source, bytes, MemoryMarshal.Cast<byte, TTarget>(target.AsSpan()));
        return target;
    }

    /// <summary>Converts to bfloat16, rounding to nearest, ties to even, in one step from the source value.</summary>
    public static byte[] ConvertToBFloat16(TensorElementType source, ReadOnlySpan<byte> bytes)
    {
        RequireLittleEndian();
        var target = NewTarget(bytes.Length / source.SizeBytes(), sizeof(ushort));
        var bits = MemoryMarshal.Cast<byte, ushort>(target.AsSpan());
        if (source is TensorElementType.Float32)
        {
            var singles = MemoryMarshal.Cast<byte, float>(bytes);
            for (var i = 0; i < bits.Length; i++)
            {
                bits[i] = BFloat16Bits(singles[i]);
            }
        }
        else
        {
            var doubles = Convert<double>(source, bytes);
            for (var i = 0; i < bits.Length; i++)
            {
                bits[i] = BFloat16Bits(RoundToOdd(doubles[i]));
            }
        }

        return target;
    }

    /// <summary>The value of a bfloat16 pattern; exact, as bfloat16 is a prefix of binary32.</summary>
    public static float SingleFromBFloat16(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);

    /// <summary>The bfloat16 nearest to <paramref name="value"/>, ties to even; NaN stays NaN with its sign.</summary>
    public static ushort BFloat16Bits(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        if (float.IsNaN(value))
        {
            // Truncating could clear every fraction bit and turn NaN into infinity: set the quiet bit.
            return (ushort)((bits >> 16) | 0x40);
        }

        return (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }

    // Rounding a double to a float and then to bfloat16 rounds twice and can miss the nearest value. An inexact
    // intermediate result is therefore truncated and its last bit set, which keeps "a little more" visible.
    private static float RoundToOdd(double value)
    {
        var single = (float)value;
        if (single == value || double.IsNaN(value))
        {
            return single;
        }

        var bits = BitConverter.SingleToUInt32Bits(single);
        if (Math.Abs((double)single) > Math.Abs(value))
        {
            bits--;
        }

        return BitConverter.UInt32BitsToSingle(bits | 1);
    }

    private static byte[] NewTarget(int elementCount, int elementSizeBytes)
    {
        var byteCount = (long)elementCount * elementSizeBytes;
        if (byteCount > Array.MaxLength)
        {
            throw new NotSupportedException($"The converted tensor would need {byteCount} bytes; one tensor holds at most {Array.MaxLength}.");
        }

        return GC.AllocateUninitializedArray<byte>((int)byteCount);
    }

    private static void Convert<TTarget>(TensorElementType source, ReadOnlySpan<byte> bytes, Span<TTarget> target)
        where TTarget : unmanaged, INumberBase<TTarget>
    {
        switch (source)
        {
            case TensorElementType.Float32: Convert<float, TTarget>(bytes, target); break;
            case TensorElementType.Float64: Convert<double, TTarget>(bytes, target); break;
            case TensorElementType.Float16: Convert<Half, TTarget>(bytes, target); break;
            case TensorElementType.BFloat16: ConvertBFloat16(bytes, target); break;
            case TensorElementType.Int8: Convert<sbyte, TTarget>(bytes, target); break;
            case TensorElementType.UInt8: Convert<byte, TTarget>(bytes, target); break;
            case TensorElementType.Int16: Convert<short, TTarget>(bytes, target); break;
            case TensorElementType.UInt16: Convert<ushort, TTarget>(bytes, target); break;
            case TensorElementType.Int32: Convert<int, TTarget>(bytes, target); break;
            case TensorElementType.UInt32: Convert<uint, TTarget>(bytes, target); break;
            case TensorElementType.Int64: Convert<long, TTarget>(bytes, target); break;
            case TensorElementType.UInt64: Convert<ulong, TTarget>(bytes, target); break;
            case TensorElementType.Bool: ConvertBool(bytes, target); break;
            default: throw new ArgumentOutOfRangeException(nameof(source), source, "Unknown tensor element type.");
        }
    }

    private static void Convert<TSource, TTarget>(ReadOnlySpan<byte> bytes, Span<TTarget> target)
        where TSource : unmanaged, INumberBase<TSource>
        where TTarget : unmanaged, INumberBase<TTarget>
    {
        if (typeof(TSource) == typeof(TTarget))
        {
            bytes.CopyTo(MemoryMarshal.AsBytes(target));
            return;
        }

        var source = MemoryMarshal.Cast<byte, TSource>(bytes);
        for (var i = 0; i < target.Length; i++)
        {
            target[i] = TTarget.CreateChecked(source[i]);
        }
    }

    private static void ConvertBFloat16<TTarget>(ReadOnlySpan<byte> bytes, Span<TTarget> target)
        where TTarget : unmanaged, INumberBase<TTarget>
    {
        var source = MemoryMarshal.Cast<byte, ushort>(bytes);
        for (var i = 0; i < target.Length; i++)
        {
            target[i] = TTarget.CreateChecked(SingleFromBFloat16(source[i]));
        }
    }

    private static void ConvertBool<TTarget>(ReadOnlySpan<byte> bytes, Span<TTarget> target)
        where TTarget : unmanaged, INumberBase<TTarget>
    {
        for (var i = 0; i < target.Length; i++)
        {
            target[i] = bytes[i] == 0 ? TTarget.Zero : TTarget.One;
        }
    }
}
