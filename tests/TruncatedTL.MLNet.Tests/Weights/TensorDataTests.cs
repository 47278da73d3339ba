using System.Runtime.InteropServices;
using TruncatedTL.MLNet.Weights;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Weights;

public class TensorDataTests
{
    [Theory]
    [InlineData(TensorElementType.Float32, 4)]
    [InlineData(TensorElementType.Float64, 8)]
    [InlineData(TensorElementType.Float16, 2)]
    [InlineData(TensorElementType.BFloat16, 2)]
    [InlineData(TensorElementType.Int8, 1)]
    [InlineData(TensorElementType.UInt8, 1)]
    [InlineData(TensorElementType.Int16, 2)]
    [InlineData(TensorElementType.UInt16, 2)]
    [InlineData(TensorElementType.Int32, 4)]
    [InlineData(TensorElementType.UInt32, 4)]
    [InlineData(TensorElementType.Int64, 8)]
    [InlineData(TensorElementType.UInt64, 8)]
    [InlineData(TensorElementType.Bool, 1)]
    public void TakesExactlyTheBytesOfItsShape(TensorElementType elementType, int sizeBytes)
    {
        var tensor = new TensorData(elementType, [2, 3], new byte[6 * sizeBytes]);

        Assert.Equal(6, tensor.ElementCount);
        Assert.Equal([2, 3], tensor.Shape);
        Assert.All(tensor.ToDouble(), value => Assert.Equal(0, value));
        Assert.Throws<ArgumentException>(() => new TensorData(elementType, [2, 3], new byte[(6 * sizeBytes) - 1]));
        Assert.Throws<ArgumentException>(() => new TensorData(elementType, [2, 3], new byte[(6 * sizeBytes) + 1]));
    }

    [Fact]
    public void RefusesImpossibleShapes()
    {
        Assert.Throws<ArgumentException>(() => new TensorData(TensorElementType.Float32, [-1], ReadOnlyMemory<byte>.Empty));
        Assert.Throws<ArgumentException>(() => new TensorData(TensorElementType.Float32, [long.MaxValue, 2], ReadOnlyMemory<byte>.Empty));
        Assert.Throws<ArgumentException>(() => new TensorData(TensorElementType.Float64, [1L << 61], ReadOnlyMemory<byte>.Empty));
        Assert.Throws<ArgumentException>(() => new TensorData(TensorElementType.Bool, Enumerable.Repeat(1L, 65).ToArray(), new byte[1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TensorData((TensorElementType)99, [1], new byte[1]));
        Assert.Throws<ArgumentNullException>(() => new TensorData(TensorElementType.Float32, null!, new byte[4]));
    }

    [Fact]
    public void ScalarHasOneElementAndAnEmptyDimensionMakesNone()
    {
        Assert.Equal(1, TensorData.FromSingle([], [2.5f]).ElementCount);
        Assert.Equal(0, TensorData.FromSingle([3, 0, long.MaxValue], []).ElementCount);
    }

    [Fact]
    public void ShapeAndValuesAreCopies()
    {
        long[] shape = [2];
        float[] values = [1, 2];
        var tensor = TensorData.FromSingle(shape, values);

        shape[0] = 7;
        values[0] = 9;

        Assert.Equal([2], tensor.Shape);
        Assert.Equal([1f, 2f], tensor.ToSingle());
        Assert.Throws<NotSupportedException>(() => ((IList<long>)tensor.Shape)[0] = 1);
    }

    [Fact]
    public void EveryHalfConvertsAsTheRuntimeDoes()
    {
        var bits = Enumerable.Range(0, 65536).Select(value => (ushort)value).ToArray();
        var tensor = new TensorData(TensorElementType.Float16, [65536], MemoryMarshal.AsBytes(bits.AsSpan()).ToArray());

        var singles = tensor.ToSingle();
        var doubles = tensor.ToDouble();

        for (var i = 0; i < bits.Length; i++)
        {
            var expected = BitConverter.UInt16BitsToHalf(bits[i]);
            Assert.Equal(BitConverter.SingleToUInt32Bits((float)expected), BitConverter.SingleToUInt32Bits(singles[i]));
            Assert.Equal(BitConverter.DoubleToUInt64Bits((double)expected), BitConverter.DoubleToUInt64Bits(doubles[i]));
        }
    }

    [Theory]
    [InlineData(0x0001, 5.9604644775390625e-8)]
    [InlineData(0x03FF, 6.0975551605224609375e-5)]
    [InlineData(0x0400, 6.103515625e-5)]
    [InlineData(0x3C01, 1.0009765625)]
    [InlineData(0x7BFF, 65504)]
    [InlineData(0x7C00, double.PositiveInfinity)]
    [InlineData(0xFC00, double.NegativeInfinity)]
    [InlineData(0x7E00, double.NaN)]
    [InlineData(0x8000, -0.0)]
    public void KnownHalves(int bits, double expected) =>
        Assert.Equal(expected, TwoByte(TensorElementType.Float16, bits).ToDouble()[0]);

    [Theory]
    [InlineData(0x3F80, 1)]
    [InlineData(0xBF81, -1.0078125)]
    [InlineData(0x0001, 9.18354961579912115600575419705e-41)]
    [InlineData(0x007F, 1.1663108012064883868127307830254e-38)]
    [InlineData(0x0080, 1.1754943508222875079687365372222e-38)]
    [InlineData(0x7F7F, 3.3895313892515354759047080037148e38)]
    [InlineData(0x7F80, double.PositiveInfinity)]
    [InlineData(0xFF80, double.NegativeInfinity)]
    [InlineData(0x7FC0, double.NaN)]
    public void KnownBFloat16s(int bits, double expected) =>
        Assert.Equal(expected, TwoByte(TensorElementType.BFloat16, bits).ToDouble()[0]);

    [Theory]
    [InlineData(TensorElementType.Float16)]
    [InlineData(TensorElementType.BFloat16)]
    public void NarrowTypesSurviveTheWayThroughFloat32(TensorElementType elementType)
    {
        var bits = Enumerable.Range(0, 65536).Select(value => (ushort)value).ToArray();
        var tensor = new TensorData(elementType, [65536], MemoryMarshal.AsBytes(bits.AsSpan()).ToArray());

        var back = MemoryMarshal.Cast<byte, ushort>(tensor.As(TensorElementType.Float32).As(elementType).Bytes.Span);

        var values = tensor.ToSingle();
        for (var i = 0; i < bits.Length; i++)
        {
            if (float.IsNaN(values[i]))
            {
                Assert.True(float.IsNaN(new TensorData(elementType, [], MemoryMarshal.AsBytes([back[i]]).ToArray()).ToSingle()[0]));
            }
            else
            {
                Assert.Equal(bits[i], back[i]);
            }
        }
    }

    // 1 + 2^-8 lies halfway between the bfloat16 numbers 1 and 1 + 2^-7; ties go to the even one.
    [Theory]
    [InlineData(1.00390625, 0x3F80)]
    [InlineData(1.01171875, 0x3F82)]
    [InlineData(1.00390625000000022204, 0x3F81)]
    [InlineData(1.0039062499999997, 0x3F80)]
    [InlineData(3.4e38, 0x7F80)]
    [InlineData(1e300, 0x7F80)]
    [InlineData(-1e300, 0xFF80)]
    [InlineData(1e-300, 0x0000)]
    [InlineData(-1e-300, 0x8000)]
    [InlineData(4.6e-41, 0x0001)]
    [InlineData(4.5e-41, 0x0000)]
    public void DoublesRoundToBFloat16InOneStep(double value, int expected)
    {
        var tensor = new TensorData(TensorElementType.Float64, [], BitConverter.GetBytes(value)).As(TensorElementType.BFloat16);

        Assert.Equal((ushort)expected, BitConverter.ToUInt16(tensor.Bytes.Span));
    }

    [Theory]
    [InlineData(0x7F800001)]
    [InlineData(0xFF800001)]
    [InlineData(0x7FFFFFFF)]
    public void NaNStaysNaNAsBFloat16(uint bits)
    {
        var tensor = new TensorData(TensorElementType.Float32, [], BitConverter.GetBytes(bits)).As(TensorElementType.BFloat16);

        Assert.True(float.IsNaN(tensor.ToSingle()[0]));
        Assert.Equal(bits >> 31, (uint)BitConverter.ToUInt16(tensor.Bytes.Span) >> 15);
    }

    [Fact]
    public void FloatsRoundToHalfAsTheRuntimeDoes()
    {
        var random = new Random(1);
        var values = Enumerable.Range(0, 20000).Select(_ => BitConverter.UInt32BitsToSingle((uint)random.NextInt64(1L << 32))).ToArray();

        var halves = MemoryMarshal.Cast<byte, Half>(TensorData.FromSingle([values.Length], values).As(TensorElementType.Float16).Bytes.Span);

        for (var i = 0; i < values.Length; i++)
        {
            Assert.Equal((Half)values[i], halves[i]);
        }
    }

    [Fact]
    public void IntegersAndTruthValuesConvert()
    {
        Assert.Equal([-128f, 127f], new TensorData(TensorElementType.Int8, [2], new byte[] { 0x80, 0x7F }).ToSingle());
        Assert.Equal([0f, 255f], new TensorData(TensorElementType.UInt8, [2], new byte[] { 0, 255 }).ToSingle());
        Assert.Equal([0.0, 1, 1], new TensorData(TensorElementType.Bool, [3], new byte[] { 0, 1, 200 }).ToDouble());
        Assert.Equal([-2.0], new TensorData(TensorElementType.Int16, [1], BitConverter.GetBytes((short)-2)).ToDouble());
        Assert.Equal([65535.0], new TensorData(TensorElementType.UInt16, [1], BitConverter.GetBytes(ushort.MaxValue)).ToDouble());
        Assert.Equal([int.MinValue], new TensorData(TensorElementType.Int32, [1], BitConverter.GetBytes(int.MinValue)).ToDouble());
        Assert.Equal([uint.MaxValue], new TensorData(TensorElementType.UInt32, [1], BitConverter.GetBytes(uint.MaxValue)).ToDouble());
        Assert.Equal([9007199254740993.0], TensorData.FromInt64([1], [9007199254740993]).ToDouble());
        Assert.Equal([1.8446744073709552e19], new TensorData(TensorElementType.UInt64, [1], BitConverter.GetBytes(ulong.MaxValue)).ToDouble());
    }

    [Fact]
    public void IntegersBecomeInt64Exactly()
    {
        var tensor = new TensorData(TensorElementType.Int32, [2], MemoryMarshal.AsBytes([-5, int.MaxValue]).ToArray()).As(TensorElementType.Int64);

        Assert.Equal([-5L, int.MaxValue], MemoryMarshal.Cast<byte, long>(tensor.Bytes.Span).ToArray());
        Assert.Throws<OverflowException>(
            () => new TensorData(TensorElementType.UInt64, [1], BitConverter.GetBytes(ulong.MaxValue)).As(TensorElementType.Int64));
    }

    [Fact]
    public void RefusesConversionsThatLoseTheMeaning()
    {
        var tensor = TensorData.FromSingle([1], [1.5f]);

        Assert.Throws<NotSupportedException>(() => tensor.As(TensorElementType.Int64));
        Assert.Throws<NotSupportedException>(() => tensor.As(TensorElementType.Bool));
        Assert.Same(tensor, tensor.As(TensorElementType.Float32));
        Assert.Equal([1.5], tensor.As(TensorElementType.Float64).ToDouble());
        Assert.Equal("Float32 [1]", tensor.ToString());
    }

    private static TensorData TwoByte(TensorElementType elementType, int bits) => new(elementType, [], BitConverter.GetBytes((ushort)bits));
}
