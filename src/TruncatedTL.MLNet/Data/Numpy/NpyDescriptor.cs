namespace TruncatedTL.MLNet.Data.Numpy;

/// <summary>The element type of a NumPy array with its width and byte order: <c>&lt;f4</c>, <c>|u1</c>, <c>&gt;U12</c>.</summary>
internal readonly record struct NpyDescriptor(string Text, NpyElementType ElementType, char Kind, int ItemSize, bool IsBigEndian)
{
    // Wider text than this is not a class name or an identifier, and the width is a factor of every allocation.
    private const int MaxTextBytes = 1 << 16;

    /// <summary>Reads a descriptor.</summary>
    /// <param name="text">The value of <c>descr</c>.</param>
    /// <param name="source">The file, for the message.</param>
    /// <exception cref="ImageFormatException">The type is not supported.</exception>
    public static NpyDescriptor Parse(string text, string source)
    {
        if (text.Length < 2 || text[0] is not ('<' or '>' or '|' or '='))
        {
            throw Unsupported(text, source, "it is not a NumPy type descriptor such as '<f4'");
        }

        var kind = text[1];
        if (kind == 'O')
        {
            throw Unsupported(
                text,
                source,
                "arrays of Python objects are stored as pickles, which can run code when read and are never loaded here; save a numeric array instead");
        }

        var size = ParseSize(text.AsSpan(2));
        if (kind is 'U' or 'S')
        {
            var bytes = kind == 'U' ? size * 4L : size;
            if (size < 0 || bytes > MaxTextBytes)
            {
                throw Unsupported(text, source, "its width is missing or too large");
            }

            return new NpyDescriptor(text, NpyElementType.Text, kind, (int)bytes, text[0] == '>');
        }

        var elementType = (kind, size) switch
        {
            ('b', 1) => NpyElementType.Boolean,
            ('u', 1) => NpyElementType.UInt8,
            ('i', 1) => NpyElementType.Int8,
            ('u', 2) => NpyElementType.UInt16,
            ('i', 2) => NpyElementType.Int16,
            ('u', 4) => NpyElementType.UInt32,
            ('i', 4) => NpyElementType.Int32,
            ('u', 8) => NpyElementType.UInt64,
            ('i', 8) => NpyElementType.Int64,
            ('f', 2) => NpyElementType.Float16,
            ('f', 4) => NpyElementType.Float32,
            ('f', 8) => NpyElementType.Float64,
            _ => throw Unsupported(text, source, "supported are b1, u1-u8, i1-i8, f2, f4, f8, U and S"),
        };

        // '=' means "as on the machine that wrote it", which a file cannot know; NumPy never writes it.
        if (size > 1 && text[0] is not ('<' or '>'))
        {
            throw Unsupported(text, source, "its byte order is not stated");
        }

        return new NpyDescriptor(text, elementType, kind, size, text[0] == '>');
    }

    private static int ParseSize(ReadOnlySpan<char> digits)
    {
        if (digits.Length is 0 or > 6)
        {
            return -1;
        }

        var size = 0;
        foreach (var digit in digits)
        {
            if (!char.IsAsciiDigit(digit))
            {
                return -1;
            }

            size = (size * 10) + (digit - '0');
        }

        return size;
    }

    private static ImageFormatException Unsupported(string text, string source, string why)
    {
        return new ImageFormatException(source, $"the element type '{NpyHeader.Printable(text)}' is not supported: {why}");
    }
}
