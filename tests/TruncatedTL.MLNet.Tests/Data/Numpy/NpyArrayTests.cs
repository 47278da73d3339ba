using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using TruncatedTL.MLNet.Data;
using TruncatedTL.MLNet.Data.Numpy;
using TruncatedTL.MLNet.Tests.Support;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Data.Numpy;

public sealed class NpyArrayTests
{
    public static TheoryData<string, string, NpyElementType> NumericTypes()
    {
        // Descriptor, three values as text, element type. The values include both ends of the range where text can say so.
        return new TheoryData<string, string, NpyElementType>
        {
            { "|b1", "1 0 1", NpyElementType.Boolean },
            { "|u1", "0 255 7", NpyElementType.UInt8 },
            { "|i1", "-128 127 -1", NpyElementType.Int8 },
            { "<u2", "0 65535 258", NpyElementType.UInt16 },
            { ">u2", "0 65535 258", NpyElementType.UInt16 },
            { "<i2", "-32768 32767 258", NpyElementType.Int16 },
            { ">i2", "-32768 32767 258", NpyElementType.Int16 },
            { "<u4", "0 4294967295 16909060", NpyElementType.UInt32 },
            { ">u4", "0 4294967295 16909060", NpyElementType.UInt32 },
            { "<i4", "-2147483648 2147483647 16909060", NpyElementType.Int32 },
            { ">i4", "-2147483648 2147483647 16909060", NpyElementType.Int32 },
            { "<u8", "0 9223372036854775807 72623859790382856", NpyElementType.UInt64 },
            { ">u8", "0 9223372036854775807 72623859790382856", NpyElementType.UInt64 },
            { "<i8", "-9223372036854775808 9223372036854775807 72623859790382856", NpyElementType.Int64 },
            { ">i8", "-9223372036854775808 9223372036854775807 72623859790382856", NpyElementType.Int64 },
            { "<f2", "-2 0.5 1024", NpyElementType.Float16 },
            { ">f2", "-2 0.5 1024", NpyElementType.Float16 },
            { "<f4", "-2 0.5 16777216", NpyElementType.Float32 },
            { ">f4", "-2 0.5 16777216", NpyElementType.Float32 },
            { "<f8", "-2 0.5 16777216", NpyElementType.Float64 },
            { ">f8", "-2 0.5 16777216", NpyElementType.Float64 },
        };
    }

    [Theory]
    [MemberData(nameof(NumericTypes))]
    public void Every_numeric_type_is_read_and_converted(string descr, string texts, NpyElementType elementType)
    {
        var numbers = texts.Split(' ').Select(text => decimal.Parse(text, CultureInfo.InvariantCulture)).ToArray();
        var array = Read(NpyBuilder.Create(descr, [3], Encode(descr, numbers)));

        Assert.Equal(elementType, array.ElementType);
        Assert.Equal(descr, array.Descriptor);
        Assert.Equal([3], array.Shape);
        Assert.Equal(numbers.Select(x => (double)x), array.ToDoubles());
        Assert.Equal(numbers.Select(x => (float)x), array.ToSingles());
        if (numbers.All(x => x == decimal.Truncate(x)))
        {
            Assert.Equal(numbers.Select(x => (long)x), array.ToInt64s());
        }
        else
        {
            Assert.Throws<InvalidOperationException>(() => array.ToInt64s());
        }
    }

    [Fact]
    public void Spans_have_the_exact_type_and_no_other()
    {
        var bytes = Read(NpyBuilder.Create("|u1", [2], [1, 255]));
        Assert.Equal([1, 255], bytes.AsSpan<byte>().ToArray());

        // The runtime would allow this cast, and 255 would turn into -1.
        Assert.Throws<InvalidOperationException>(() => bytes.AsSpan<sbyte>().Length);
        Assert.Throws<InvalidOperationException>(() => bytes.AsSpan<int>().Length);
        Assert.Throws<InvalidOperationException>(() => bytes.AsStrings());

        var halves = Read(NpyBuilder.Create(">f2", [1], [0x3C, 0x00]));
        Assert.Equal((Half)1f, halves.AsSpan<Half>()[0]);
        var flags = Read(NpyBuilder.Create("|b1", [3], [0, 1, 2]));
        Assert.Equal([false, true, true], flags.AsSpan<bool>().ToArray());
        Assert.Equal([0f, 1f, 1f], flags.ToSingles());
    }

    [Fact]
    public void Values_without_an_exact_integer_are_refused_as_integers()
    {
        Assert.Throws<InvalidOperationException>(() => Read(NpyBuilder.Create("<u8", [1], [255, 255, 255, 255, 255, 255, 255, 255])).ToInt64s());
        foreach (var value in new[] { double.NaN, double.PositiveInfinity, 0.5, 9223372036854775808.0, 1e300 })
        {
            var array = Read(NpyBuilder.Create("<f8", [1], BitConverter.GetBytes(value)));
            Assert.Throws<InvalidOperationException>(() => array.ToInt64s());
            Assert.Equal(value, array.ToDoubles()[0]);
        }

        Assert.Equal(long.MinValue, Read(NpyBuilder.Create("<f8", [1], BitConverter.GetBytes(-9223372036854775808.0))).ToInt64s()[0]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void All_versions_of_the_header_are_read(int version)
    {
        var array = Read(NpyBuilder.Create("|u1", [2, 3], [1, 2, 3, 4, 5, 6], version: version));
        Assert.Equal([2, 3], array.Shape);
        Assert.Equal([1, 2, 3, 4, 5, 6], array.AsSpan<byte>().ToArray());
    }

    [Fact]
    public void A_single_value_has_no_dimensions()
    {
        var array = Read(NpyBuilder.Create("<i4", [], [42, 0, 0, 0]));
        Assert.Empty(array.Shape);
        Assert.Equal(1, array.Length);
        Assert.Equal([42L], array.ToInt64s());
    }

    [Fact]
    public void Empty_arrays_are_read()
    {
        var array = Read(NpyBuilder.Create("<f4", [0, 2147483647, 5], []));
        Assert.Equal(0, array.Length);
        Assert.Equal([0, 2147483647, 5], array.Shape);
        Assert.Empty(array.ToSingles());
    }

    [Theory]
    [InlineData(2, 3)]
    [InlineData(3, 1, 4)]
    [InlineData(2, 3, 4, 5)]
    [InlineData(1, 7)]
    [InlineData(6)]
    [InlineData()]
    public void Fortran_order_becomes_c_order(params int[] shape)
    {
        // Each value is its own index in C order, written where Fortran order puts it.
        var count = shape.Aggregate(1, (product, extent) => product * extent);
        var values = new byte[count * 2];
        for (var c = 0; c < count; c++)
        {
            var (rest, stride, fortran) = (c, 1, 0);
            var index = new int[shape.Length];
            for (var axis = shape.Length - 1; axis >= 0; axis--)
            {
                (rest, index[axis]) = Math.DivRem(rest, shape[axis]);
            }

            for (var axis = 0; axis < shape.Length; axis++)
            {
                fortran += index[axis] * stride;
                stride *= shape[axis];
            }

            BinaryPrimitives.WriteUInt16BigEndian(values.AsSpan(fortran * 2), (ushort)c);
        }

        var array = Read(NpyBuilder.Create(">u2", shape, values, fortranOrder: true));
        Assert.Equal(shape, array.Shape);
        Assert.Equal(Enumerable.Range(0, count).Select(i => (long)i), array.ToInt64s());
    }

    [Fact]
    public void Text_is_read_in_all_encodings()
    {
        byte[] wide = [.. "normal\0"u8.ToArray().SelectMany(b => new byte[] { b, 0, 0, 0 }), .. Encoding.UTF32.GetBytes("\u00E9\U0001D53C"), .. new byte[20]];
        Assert.Equal(["normal", "\u00E9\U0001D53C"], Read(NpyBuilder.Create("<U7", [2], wide)).AsStrings());

        var bigEndian = new UTF32Encoding(bigEndian: true, byteOrderMark: false).GetBytes("abc");
        Assert.Equal(["abc"], Read(NpyBuilder.Create(">U3", [1], bigEndian)).AsStrings());

        // Valid UTF-8, padded; and a byte that is not UTF-8 by itself.
        Assert.Equal(["\u00E9\u00E9", "a", ""], Read(NpyBuilder.Create("|S4", [3], [0xC3, 0xA9, 0xC3, 0xA9, (byte)'a', 0, 0, 0, 0, 0, 0, 0])).AsStrings());
        Assert.Equal(["\u00E9"], Read(NpyBuilder.Create("|S1", [1], [0xE9])).AsStrings());

        var transposed = Read(NpyBuilder.Create("|S1", [2, 2], "acbd"u8.ToArray(), fortranOrder: true));
        Assert.Equal(["a", "b", "c", "d"], transposed.AsStrings());
        Assert.Throws<InvalidOperationException>(() => transposed.ToSingles());
        Assert.Throws<InvalidOperationException>(() => transposed.ToDoubles());
        Assert.Throws<InvalidOperationException>(() => transposed.ToInt64s());
    }

    [Fact]
    public void Text_that_is_not_unicode_is_refused()
    {
        AssertRefused(NpyBuilder.Create("<U1", [1], [0, 0xD8, 0, 0]), "not a Unicode character");
        AssertRefused(NpyBuilder.Create("<U1", [1], [0, 0, 0x11, 0]), "not a Unicode character");
    }

    [Fact]
    public void Files_are_loaded_by_path()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("a.npy", NpyBuilder.CreateBytes(3, 4));
        Assert.Equal([3, 4], NpyArray.Load(path).Shape);
        Assert.Throws<FileNotFoundException>(() => NpyArray.Load(path + "x"));
        var error = Assert.Throws<ImageFormatException>(() => NpyArray.Load(path, maxBytes: 11));
        Assert.Equal(path, error.FilePath);
        Assert.Contains("the limit is 11", error.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_stream_is_read_from_its_position_to_its_end()
    {
        using var stream = new MemoryStream([9, 9, .. NpyBuilder.CreateBytes(5)]);
        stream.Position = 2;
        Assert.Equal(5, NpyArray.Read(stream, "memory").Length);
        Assert.Equal(stream.Length, stream.Position);
    }

    internal static NpyArray Read(byte[] file)
    {
        return NpyArray.Read(new MemoryStream(file), "memory");
    }

    internal static void AssertRefused(byte[] file, string problem)
    {
        var error = Assert.Throws<ImageFormatException>(() => Read(file));
        Assert.Equal("memory", error.FilePath);
        Assert.Contains(problem, error.Problem, StringComparison.Ordinal);
    }

    private static byte[] Encode(string descr, decimal[] numbers)
    {
        return
        [
            .. numbers.SelectMany(x =>
            {
                var bytes = descr[1..] switch
                {
                    "b1" or "u1" => [(byte)x],
                    "i1" => [unchecked((byte)(sbyte)x)],
                    "u2" => BitConverter.GetBytes((ushort)x),
                    "i2" => BitConverter.GetBytes((short)x),
                    "u4" => BitConverter.GetBytes((uint)x),
                    "i4" => BitConverter.GetBytes((int)x),
                    "u8" => BitConverter.GetBytes((ulong)x),
                    "i8" => BitConverter.GetBytes((long)x),
                    "f2" => BitConverter.GetBytes((Half)x),
                    "f4" => BitConverter.GetBytes((float)x),
                    _ => BitConverter.GetBytes((double)x),
                };
                return descr[0] == '>' ? bytes.Reverse() : bytes;
            }),
        ];
    }
}
