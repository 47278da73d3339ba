using TruncatedTL.MLNet.Data;

namespace TruncatedTL.MLNet.Imaging.Raster;

/// <summary>Reads the rows of one PNG pass and undoes their filters.</summary>
/// <remarks>Source: PNG (Third Edition), W3C, section 9 "Filtering".</remarks>
internal sealed class PngRows
{
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
            throw new ImageFormatException(_name, "the pixels of the PNG file end too early");
        }

        Undo(filter, _current, _previous, _pixelBytes);
        (_previous, _current) = (_current, _previous);
        return _previous;
    }

    private void Undo(int filter, Span<byte> row, ReadOnlySpan<byte> above, int pixelBytes)
    {
        switch (filter)
        {
            case 0:
                break;
            case 1:
                for (var i = pixelBytes; i < row.Length; i++)
                {
                    row[i] += row[i - pixelBytes];
                }

                break;
            case 2:
                for (var i = 0; i < row.Length; i++)
                {
                    row[i] += above[i];
                }

                break;
            case 3:
                for (var i = 0; i < row.Length; i++)
                {
                    var left = i < pixelBytes ? 0 : row[i - pixelBytes];
                    row[i] += (byte)((left + above[i]) / 2);
                }

                break;
            case 4:
                for (var i = 0; i < Math.Min(pixelBytes, row.Length); i++)
                {
                    row[i] += above[i];
                }

                for (var i = pixelBytes; i < row.Length; i++)
                {
                    row[i] += Paeth(row[i - pixelBytes], above[i], above[i - pixelBytes]);
                }

                break;
            default:
                throw new ImageFormatException(_name, $"PNG has no filter {filter}; the pixels are damaged");
        }
    }

    // The neighbour that is nearest to left + above - aboveLeft, in this order where several are.
    private static byte Paeth(int left, int above, int aboveLeft)
    {
        // The distance to the left neighbour is how much the one above differs from the one between them, and the other way round.
        var (toLeft, toAbove) = (above - aboveLeft, left - aboveLeft);
        var (fromLeft, fromAbove, fromAboveLeft) = (Math.Abs(toLeft), Math.Abs(toAbove), Math.Abs(toLeft + toAbove));
        var nearer = fromAbove <= fromAboveLeft ? above : aboveLeft;
        return (byte)(fromLeft <= fromAbove && fromLeft <= fromAboveLeft ? left : nearer);
    }
}
