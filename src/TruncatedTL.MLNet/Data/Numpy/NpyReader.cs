using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace TruncatedTL.MLNet.Data.Numpy;

/// <summary>Reads header and values of one NumPy array from a stream of known length.</summary>
internal static class NpyReader
{
    // A span of bytes cannot be longer than 2 GiB, and a network file system serves large requests badly.
    private const int BytesPerRead = 1 << 24;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads one array that must fill the stream exactly.</summary>
    /// <param name="stream">Positioned at the magic bytes.</param>
    /// <param name="streamBytes">What the stream holds from there. Memory is taken only after the header has been found to agree.</param>
    /// <param name="source">The file, for messages.</param>
    /// <param name="maxBytes">The most bytes of values to accept.</param>
    /// <exception cref="ImageFormatException">The content breaks the format or a limit.</exception>
    public static NpyArray Read(Stream stream, long streamBytes, string source, long maxBytes)
    {
        var header = NpyHeader.Read(stream, source);
        CheckSize(header, streamBytes, source, maxBytes);
        var descriptor = header.Descriptor;
        Array values = descriptor.ElementType switch
        {
            NpyElementType.Boolean => Array.ConvertAll(ReadValues<byte>(stream, header, source), x => x != 0),
            NpyElementType.UInt8 => ReadValues<byte>(stream, header, source),
            NpyElementType.Int8 => ReadValues<sbyte>(stream, header, source),
            NpyElementType.UInt16 => ReadValues<ushort>(stream, header, source),
            NpyElementType.Int16 => ReadValues<short>(stream, header, source),
            NpyElementType.UInt32 => ReadValues<uint>(stream, header, source),
            NpyElementType.Int32 => ReadValues<int>(stream, header, source),
            NpyElementType.UInt64 => ReadValues<ulong>(stream, header, source),
            NpyElementType.Int64 => ReadValues<long>(stream, header, source),
            NpyElementType.Float16 => ReadValues<Half>(stream, header, source),
            NpyElementType.Float32 => ReadValues<float>(stream, header, source),
            NpyElementType.Float64 => ReadValues<double>(stream, header, source),
            _ => ReadText(stream, header, source),
        };
        return new NpyArray(header, values);
    }

    private static void CheckSize(NpyHeader header, long streamBytes, string source, long maxBytes)
    {
        var shape = string.Join(", ", header.Shape);
        if (header.Descriptor is { ElementType: NpyElementType.Text, ItemSize: 0 } && header.ElementCount > 0)
        {
            throw new ImageFormatException(source, "a text array of width 0 is not supported");
        }

        // Each text costs a reference in memory even where the file gives it a single byte.
        var memoryBytes = header.Descriptor.ElementType == NpyElementType.Text ? header.ElementCount * Math.Max(IntPtr.Size, header.Descriptor.ItemSize) : header.DataBytes;
        if (memoryBytes > maxBytes)
        {
            throw new ImageFormatException(source, $"the array of shape ({shape}) needs {memoryBytes} bytes; the limit is {maxBytes}. Raise the limit if the file can be trusted");
        }

        var available = streamBytes - header.HeaderBytes;
        if (header.DataBytes != available)
        {
            throw new ImageFormatException(source, $"the shape ({shape}) of {header.Descriptor.Text} calls for {header.DataBytes} bytes of values, but there are {available}");
        }
    }

    private static T[] ReadValues<T>(Stream stream, NpyHeader header, string source)
        where T : unmanaged
    {
        var values = ReadRaw<T>(stream, (int)header.ElementCount, source);
        if (header.Descriptor.ItemSize > 1 && header.Descriptor.IsBigEndian == BitConverter.IsLittleEndian)
        {
            ReverseBytes<T>(values, header.Descriptor.ItemSize);
        }

        return header.IsFortranOrder ? FortranOrder.ToCOrder(values, header.Shape) : values;
    }

    private static T[] ReadRaw<T>(Stream stream, int count, string source)
        where T : unmanaged
    {
        // Uninitialised memory is safe: a short read throws.
        var values = GC.AllocateUninitializedArray<T>(count);
        var valuesPerRead = BytesPerRead / Marshal.SizeOf<T>();
        for (var start = 0; start < count; start += valuesPerRead)
        {
            var part = values.AsSpan(start, Math.Min(valuesPerRead, count - start));
            NpyHeader.ReadFully(stream, MemoryMarshal.AsBytes(part), source);
        }

        return values;
    }

    private static void ReverseBytes<T>(Span<T> values, int itemSize)
        where T : unmanaged
    {
        switch (itemSize)
        {
            case 2:
                var words = MemoryMarshal.Cast<T, ushort>(values);
                BinaryPrimitives.ReverseEndianness(words, words);
                break;
            case 4:
                var doubleWords = MemoryMarshal.Cast<T, uint>(values);
                BinaryPrimitives.ReverseEndianness(doubleWords, doubleWords);
                break;
            default:
                var quadWords = MemoryMarshal.Cast<T, ulong>(values);
                BinaryPrimitives.ReverseEndianness(quadWords, quadWords);
                break;
        }
    }

    private static string[] ReadText(Stream stream, NpyHeader header, string source)
    {
        var descriptor = header.Descriptor;
        var item = new byte[descriptor.ItemSize];
        var values = new string[(int)header.ElementCount];
        for (var i = 0; i < values.Length; i++)
        {
            NpyHeader.ReadFully(stream, item, source);
            values[i] = descriptor.Kind == 'U' ? DecodeUtf32(item, descriptor.IsBigEndian, source) : DecodeBytes(item);
        }

        return header.IsFortranOrder ? FortranOrder.ToCOrder(values, header.Shape) : values;
    }

    private static string DecodeBytes(byte[] item)
    {
        var text = item.AsSpan().TrimEnd((byte)0);
        try
        {
            return StrictUtf8.GetString(text);
        }
        catch (DecoderFallbackException)
        {
            return Encoding.Latin1.GetString(text);
        }
    }

    private static string DecodeUtf32(byte[] item, bool isBigEndian, string source)
    {
        var builder = new StringBuilder();
        var length = item.AsSpan().TrimEnd((byte)0).Length;
        for (var i = 0; i < length; i += 4)
        {
            var unit = item.AsSpan(i, 4);
            var code = isBigEndian ? BinaryPrimitives.ReadUInt32BigEndian(unit) : BinaryPrimitives.ReadUInt32LittleEndian(unit);
            if (!Rune.IsValid(code))
            {
                throw new ImageFormatException(source, $"a text value holds 0x{code:X}, which is not a Unicode character");
            }

            builder.Append(new Rune(code).ToString());
        }

        return builder.ToString();
    }
}
