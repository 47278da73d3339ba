using BitMiracle.LibTiff.Classic;

namespace TruncatedTL.MLNet.Tests.Imaging.Samples;

/// <summary>Writes TIFF files through LibTiff: what kind of pixels, and how they are laid out.</summary>
internal sealed record TiffWriter
{
    public required int Width { get; init; }

    public required int Height { get; init; }

    public int Bits { get; init; } = 8;

    public int Samples { get; init; } = 1;

    public SampleFormat Format { get; init; } = SampleFormat.UINT;

    public Photometric Photometric { get; init; } = Photometric.MINISBLACK;

    public Compression Compression { get; init; } = Compression.NONE;

    public Predictor Predictor { get; init; } = Predictor.NONE;

    public int TileSize { get; init; }

    public int RowsPerStrip { get; init; } = 3;

    public bool IsPlanar { get; init; }

    public bool IsBigEndian { get; init; }

    public int Orientation { get; init; } = 1;

    public ExtraSample? Extra { get; init; }

    public ushort[][]? Palette { get; init; }

    /// <summary>Marks all pages but the first as small copies.</summary>
    public bool HasThumbnails { get; init; }

    /// <summary>A complete file of pages, each [H, W, samples] in this machine's byte order, rows filled up to whole bytes.</summary>
    public byte[] Write(params byte[][] pages)
    {
        using var stream = new MemoryStream();
        using (var file = Tiff.ClientOpen("sample", IsBigEndian ? "wb" : "wl", stream, new TiffStream()))
        {
            for (var i = 0; i < pages.Length; i++)
            {
                WritePage(file, pages[i], i);
                file.WriteDirectory();
            }
        }

        return stream.ToArray();
    }

    private void WritePage(Tiff file, byte[] page, int index)
    {
        if (index > 0 && HasThumbnails)
        {
            file.SetField(TiffTag.SUBFILETYPE, FileType.REDUCEDIMAGE);
        }

        file.SetField(TiffTag.IMAGEWIDTH, Width);
        file.SetField(TiffTag.IMAGELENGTH, Height);
        file.SetField(TiffTag.BITSPERSAMPLE, Bits);
        file.SetField(TiffTag.SAMPLESPERPIXEL, Samples);
        file.SetField(TiffTag.SAMPLEFORMAT, Format);
        file.SetField(TiffTag.PHOTOMETRIC, Photometric);
        file.SetField(TiffTag.COMPRESSION, Compression);
        file.SetField(TiffTag.PLANARCONFIG, IsPlanar ? PlanarConfig.SEPARATE : PlanarConfig.CONTIG);
        file.SetField(TiffTag.ORIENTATION, (Orientation)Orientation);
        if (Extra is { } extra)
        {
            file.SetField(TiffTag.EXTRASAMPLES, 1, new short[] { (short)extra });
        }

        if (Palette is [var red, var green, var blue])
        {
            file.SetField(TiffTag.COLORMAP, red, green, blue);
        }

        if (Predictor != Predictor.NONE)
        {
            file.SetField(TiffTag.PREDICTOR, Predictor);
        }

        if (TileSize > 0)
        {
            file.SetField(TiffTag.TILEWIDTH, TileSize);
            file.SetField(TiffTag.TILELENGTH, TileSize);
        }
        else
        {
            file.SetField(TiffTag.ROWSPERSTRIP, RowsPerStrip);
        }

        for (var plane = 0; plane < (IsPlanar ? Samples : 1); plane++)
        {
            WritePlane(file, page, plane);
        }
    }

    private void WritePlane(Tiff file, byte[] page, int plane)
    {
        var (blockWidth, blockHeight) = TileSize > 0 ? (TileSize, TileSize) : (Width, RowsPerStrip);
        for (var y = 0; y < Height; y += blockHeight)
        {
            for (var x = 0; x < Width; x += blockWidth)
            {
                var rows = TileSize > 0 ? blockHeight : Math.Min(blockHeight, Height - y);
                var block = Cut(page, plane, y, x, rows, blockWidth);
                if (TileSize > 0)
                {
                    file.WriteEncodedTile(file.ComputeTile(x, y, 0, (short)plane), block, block.Length);
                }
                else
                {
                    file.WriteEncodedStrip(file.ComputeStrip(y, (short)plane), block, block.Length);
                }
            }
        }
    }

    private byte[] Cut(byte[] page, int plane, int y, int x, int rows, int columns)
    {
        if (Bits < 8)
        {
            var packed = ((Width * Bits) + 7) / 8;
            return page[(y * packed)..((y + rows) * packed)];
        }

        var sampleBytes = Bits / 8;
        var taken = IsPlanar ? 1 : Samples;
        var block = new byte[rows * columns * taken * sampleBytes];
        for (var row = 0; row < Math.Min(rows, Height - y); row++)
        {
            for (var column = 0; column < Math.Min(columns, Width - x); column++)
            {
                var from = ((((y + row) * Width) + x + column) * Samples) + (IsPlanar ? plane : 0);
                page.AsSpan(from * sampleBytes, taken * sampleBytes).CopyTo(block.AsSpan(((row * columns) + column) * taken * sampleBytes));
            }
        }

        return block;
    }
}
