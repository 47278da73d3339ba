using TruncatedTL.MLNet.Data;

namespace TruncatedTL.MLNet.Imaging.Raster;

/// <summary>Reads the rows of one PNG pass and undoes their filters.</summary>
internal sealed class PngRows
{
    /// <summary>What is said of a file whose pixels are fewer than its header claims.</summary>
    public const string EndsTooEarly = "the pixels of the PNG file end too early";

    private readonly Stream _stream;
    private readonly string _name;
    private readonly int _pixelBytes;
    private byte[] _previous;
    private byte[] _current;

    /// <summary>Starts a pass.</summary>
    /// <param name="stream">The inflated bytes.</param>
    /// <param name="name">The file, for messages.</param>
    /// <param name="rowBytes">Bytes of one row without its filter byte.</param>
    /// <param name="bitsPerPixel">Decides which bytes are neighbours.</param>
    public PngRows(Stream stream, string name, int rowBytes, int bitsPerPixel)
    {
        _stream = stream;
        _name = name;
        _pixelBytes = Math.Max(1, bitsPerPixel / 8);
        _previous = new byte[rowBytes];
        _current = new byte[rowBytes];
    }

    /// <summary>The next row. Valid until the next call.</summary>
    /// <exception cref="ImageFormatException">The pixels end too early or the filter does not exist.</exception>
    public ReadOnlySpan<byte> Next()
    {
        var filter = _stream.ReadByte();
        if (filter < 0 || _stream.ReadAtLeast(_current, _current.Length, throwOnEndOfStream: false) < _current.Length)
        {
            throw new ImageFormatException(_name, EndsTooEarly);
        }

        if (!PngFilters.TryUndo(filter, _current, _previous, _pixelBytes))
        {
            throw UnknownFilter(_name, filter);
        }

        (_previous, _current) = (_current, _previous);
        return _previous;
    }

    /// <summary>Restores all rows of an image that has one pass, where they lie.</summary>
    /// <param name="filtered">The rows, each with its filter before it.</param>
    /// <param name="name">The file, for messages.</param>
    /// <param name="rowBytes">Bytes of one row without its filter byte.</param>
    /// <param name="pixelBytes">Bytes of a pixel.</param>
    /// <exception cref="ImageFormatException">A filter does not exist.</exception>
    public static void RestoreAll(Span<byte> filtered, string name, int rowBytes, int pixelBytes)
    {
        ReadOnlySpan<byte> above = new byte[rowBytes];
        for (var start = 0; start < filtered.Length; start += 1 + rowBytes)
        {
            var row = filtered.Slice(start + 1, rowBytes);
            if (!PngFilters.TryUndo(filtered[start], row, above, pixelBytes))
            {
                throw UnknownFilter(name, filtered[start]);
            }

            above = row;
        }
    }

    private static ImageFormatException UnknownFilter(string name, int filter)
    {
        return new ImageFormatException(name, $"PNG has no filter {filter}; the pixels are damaged");
    }
}
