using System.Buffers.Binary;
using System.Text;

namespace TruncatedTL.MLNet.Data.Numpy;

/// <summary>
/// The header of a NumPy array file: magic bytes, version, and a Python dictionary literal with the keys
/// <c>descr</c>, <c>fortran_order</c> and <c>shape</c>.
/// </summary>
/// <remarks>
/// Source: "NumPy Enhancement Proposal 1" and <c>numpy.lib.format</c>. The literal is read by <see cref="NpyHeaderParser"/>,
/// never evaluated.
/// </remarks>
internal sealed class NpyHeader
{
    // NumPy's own reader refuses more than 10,000 characters unless told otherwise; the longest legitimate headers
    // belong to structured types, which are not supported here.
    private const int MaxHeaderBytes = 10_000;
    private const int MaxRank = 32;

    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    private NpyHeader(NpyDescriptor descriptor, bool isFortranOrder, int[] shape, int headerBytes, long elementCount)
    {
        Descriptor = descriptor;
        IsFortranOrder = isFortranOrder;
        Shape = shape;
        HeaderBytes = headerBytes;
        ElementCount = elementCount;
    }

    public NpyDescriptor Descriptor { get; }

    public bool IsFortranOrder { get; }

    public int[] Shape { get; }

    /// <summary>Length of everything before the values.</summary>
    public int HeaderBytes { get; }

    public long ElementCount { get; }

    /// <summary>Length of the values in the file. Does not overflow: both factors are below 2^31.</summary>
    public long DataBytes => ElementCount * Descriptor.ItemSize;

    /// <summary>Reads the header and leaves the stream at the first value.</summary>
    /// <exception cref="ImageFormatException">The header breaks the format or names something that is not supported.</exception>
    public static NpyHeader Read(Stream stream, string source)
    {
        Span<byte> start = stackalloc byte[12];
        ReadFully(stream, start[..8], source);
        if (!start[..6].SequenceEqual(Magic))
        {
            throw new ImageFormatException(source, "not a NumPy array: it does not begin with \\x93NUMPY");
        }

        var (major, minor) = (start[6], start[7]);
        if (major is < 1 or > 3 || minor != 0)
        {
            throw new ImageFormatException(source, $"version {major}.{minor} of the NumPy array format is not known; 1.0, 2.0 and 3.0 are");
        }

        var lengthBytes = major == 1 ? 2 : 4;
        var lengthField = start.Slice(8, lengthBytes);
        ReadFully(stream, lengthField, source);
        var length = major == 1 ? BinaryPrimitives.ReadUInt16LittleEndian(lengthField) : BinaryPrimitives.ReadUInt32LittleEndian(lengthField);
        if (length > MaxHeaderBytes)
        {
            throw new ImageFormatException(source, $"the header claims {length} bytes; at most {MaxHeaderBytes} are accepted");
        }

        var bytes = new byte[length];
        ReadFully(stream, bytes, source);
        var text = Decode(bytes, major, source);
        var (descr, isFortranOrder, shape) = NpyHeaderParser.Parse(text, source);
        return new NpyHeader(
            NpyDescriptor.Parse(descr, source),
            isFortranOrder,
            shape,
            8 + lengthBytes + (int)length,
            CountElements(shape, source));
    }

    /// <summary>Makes text from a file fit for a message: short, and without control characters.</summary>
    public static string Printable(string text)
    {
        var builder = new StringBuilder();
        foreach (var character in text.Length > 40 ? text[..40] : text)
        {
            builder.Append(char.IsControl(character) || char.IsSurrogate(character) ? '?' : character);
        }

        return text.Length > 40 ? builder.Append("...").ToString() : builder.ToString();
    }

    /// <summary>Fills the span or says that the file ends too early.</summary>
    public static void ReadFully(Stream stream, Span<byte> destination, string source)
    {
        if (stream.ReadAtLeast(destination, destination.Length, throwOnEndOfStream: false) < destination.Length)
        {
            throw new ImageFormatException(source, "the NumPy array ends before its header or values are complete");
        }
    }

    private static string Decode(byte[] bytes, int major, string source)
    {
        if (major < 3)
        {
            return Encoding.Latin1.GetString(bytes);
        }

        try
        {
            return new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(bytes);
        }
        catch (DecoderFallbackException e)
        {
            throw new ImageFormatException(source, "the header is not UTF-8", e);
        }
    }

    private static long CountElements(int[] shape, string source)
    {
        if (shape.Length > MaxRank)
        {
            throw new ImageFormatException(source, $"the array has {shape.Length} dimensions; at most {MaxRank} are accepted");
        }

        // An empty dimension makes the array empty however large the others are.
        if (Array.IndexOf(shape, 0) >= 0)
        {
            return 0;
        }

        var count = 1L;
        foreach (var extent in shape)
        {
            count *= extent;
            if (count > Array.MaxLength)
            {
                throw new ImageFormatException(source, $"the shape ({string.Join(", ", shape)}) has more than {Array.MaxLength} elements, the most that one array can hold here");
            }
        }

        return count;
    }
}
