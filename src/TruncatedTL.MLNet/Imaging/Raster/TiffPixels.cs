using BitMiracle.LibTiff.Classic;
using TruncatedTL.MLNet.Data;

namespace TruncatedTL.MLNet.Imaging.Raster;

/// <summary>Decodes the strips or tiles of one page of a TIFF file into planes of values.</summary>
internal sealed class TiffPixels
{
    // More than LZW, deflate or PackBits can gain; a page that claims more is damaged.
    private const long MaxRatio = 1 << 12;

    private readonly Tiff _file;
    private readonly TiffPage _page;
    private readonly string _name;
    private readonly int _blockSamples;
    private readonly int _rowBytes;

    private TiffPixels(Tiff file, TiffPage page, string name, int rowBytes)
    {
        _file = file;
        _page = page;
        _name = name;
        _blockSamples = page.IsPlanar ? 1 : page.SamplesPerPixel;
        _rowBytes = rowBytes;
    }

    // Planes to decode: what carries colour, and straight alpha behind it.
    private int Planes => _page.ColourSamples + (_page.HasStraightAlpha ? 1 : 0);

    /// <summary>Decodes the page at which the file is.</summary>
    /// <param name="file">The file.</param>
    /// <param name="page">The tags of the page, whose size has been checked.</param>
    /// <param name="name">What messages call the file.</param>
    /// <param name="contentBytes">Length of the file.</param>
    /// <param name="options">With the limit of values.</param>
    /// <returns>The values as stored, [C, H, W], not yet turned upright.</returns>
    /// <exception cref="ImageFormatException">The pixels are damaged.</exception>
    public static float[] Decode(Tiff file, TiffPage page, string name, long contentBytes, ImageReadOptions options)
    {
        // Tiles may jut out over the image, and a tile far larger than the image costs what an image of its size costs.
        var samples = page.IsPlanar ? 1 : page.SamplesPerPixel;
        ImageLimits.CheckShape(name, samples, [page.BlockHeight, page.BlockWidth], options);
        ImageLimits.CheckShape(name, 1, [RoundUp(page.Height, page.BlockHeight), RoundUp(page.Width, page.BlockWidth)], options);
        var rowBytes = (((long)page.BlockWidth * samples * page.BitsPerSample) + 7) / 8;
        if (rowBytes * page.BlockHeight > Array.MaxLength)
        {
            throw new ImageFormatException(name, $"a strip or tile of {rowBytes * page.BlockHeight} bytes is more than an array can hold");
        }

        var pixels = new TiffPixels(file, page, name, (int)rowBytes);
        pixels.CheckStoredBytes(contentBytes);
        return pixels.Finish(pixels.DecodePlanes());
    }

    private static long RoundUp(int length, int block)
    {
        return ((long)length + block - 1) / block * block;
    }

    private IEnumerable<(int Plane, int Y, int X, int Index)> Blocks()
    {
        for (var plane = 0; plane < (_page.IsPlanar ? Planes : 1); plane++)
        {
            for (var y = 0L; y < _page.Height; y += _page.BlockHeight)
            {
                for (var x = 0L; x < _page.Width; x += _page.BlockWidth)
                {
                    var index = _page.IsTiled ? _file.ComputeTile((int)x, (int)y, 0, (short)plane) : _file.ComputeStrip((int)y, (short)plane);
                    yield return (plane, (int)y, (int)x, index);
                }
            }
        }
    }

    private int RowsOf(int y)
    {
        return _page.IsTiled ? _page.BlockHeight : Math.Min(_page.BlockHeight, _page.Height - y);
    }

    // LibTiff takes as much memory as the file claims for a strip, so that the claims are checked first.
    private void CheckStoredBytes(long contentBytes)
    {
        var blocks = _page.IsTiled ? _file.NumberOfTiles() : _file.NumberOfStrips();
        var (stored, decoded) = (0L, 0L);
        foreach (var (_, y, _, index) in Blocks())
        {
            var bytes = index >= 0 && index < blocks ? _file.RawStripSize(index) : -1;
            if (bytes < 1 || bytes > contentBytes)
            {
                throw new ImageFormatException(_name, "the TIFF file is damaged or cut short: a strip or tile does not lie inside it");
            }

            stored += bytes;
            decoded += (long)RowsOf(y) * _rowBytes;
        }

        if (decoded > stored * MaxRatio)
        {
            throw new ImageFormatException(_name, $"the tags call for {decoded} bytes of pixels, which {stored} stored ones cannot hold");
        }
    }

    private float[] DecodePlanes()
    {
        var planeLength = _page.Height * _page.Width;
        var values = new float[Planes * planeLength];
        var buffer = new byte[_rowBytes * _page.BlockHeight];
        var samples = new float[_page.BlockWidth * _blockSamples];
        foreach (var (plane, y, x, index) in Blocks())
        {
            var bytes = RowsOf(y) * _rowBytes;
            var read = _page.IsTiled ? _file.ReadEncodedTile(index, buffer, 0, bytes) : _file.ReadEncodedStrip(index, buffer, 0, bytes);
            if (read != bytes)
            {
                throw new ImageFormatException(_name, $"the pixels of the TIFF file are damaged or cut short ({((TiffMessages)_file.Clientdata()).FirstError ?? "too few bytes"})");
            }

            var columns = Math.Min(_page.BlockWidth, _page.Width - x);
            for (var row = 0; row < Math.Min(RowsOf(y), _page.Height - y); row++)
            {
                TiffSamples.Unpack(buffer.AsSpan(row * _rowBytes, _rowBytes), _page, samples.AsSpan(0, columns * _blockSamples));
                Scatter(samples, columns, values.AsSpan(plane * planeLength), planeLength, ((y + row) * _page.Width) + x);
            }
        }

        return values;
    }

    // [columns, samples] -> one run in each plane
    private void Scatter(float[] samples, int columns, Span<float> values, int planeLength, int start)
    {
        for (var sample = 0; sample < (_page.IsPlanar ? 1 : Planes); sample++)
        {
            var run = values.Slice((sample * planeLength) + start, columns);
            for (var column = 0; column < columns; column++)
            {
                run[column] = samples[(column * _blockSamples) + sample];
            }
        }
    }

    private float[] Finish(float[] planes)
    {
        var planeLength = _page.Height * _page.Width;
        if (_page.Palette is { } palette)
        {
            var colours = new float[3 * planeLength];
            for (var i = 0; i < colours.Length; i++)
            {
                colours[i] = palette[i / planeLength][(int)planes[i % planeLength]];
            }

            return colours;
        }

        if (!_page.HasStraightAlpha)
        {
            return planes;
        }

        var alpha = planes.AsSpan(_page.ColourSamples * planeLength);
        var isFloat = _page.Format == SampleFormat.IEEEFP;
        var opaque = isFloat ? 1 : Math.Pow(2, _page.BitsPerSample) - 1;
        for (var i = 0; i < _page.ColourSamples * planeLength; i++)
        {
            var value = planes[i] * (double)alpha[i % planeLength] / opaque;
            planes[i] = (float)(isFloat ? value : Math.Floor(value + 0.5));
        }

        return planes[..(_page.ColourSamples * planeLength)];
    }
}
