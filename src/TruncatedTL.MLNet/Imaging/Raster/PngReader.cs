using TruncatedTL.MLNet.Data;

namespace TruncatedTL.MLNet.Imaging.Raster;

/// <summary>
/// Reads PNG: every colour type and bit depth, interlaced or not. 16-bit values stay 0 to 65535, 8-bit values 0 to 255; greys of 1, 2 and 4
/// bits are scaled to 0 to 255. Greys and palettes of greys give 1 channel, everything else 3. Transparency is laid over black. Colour
/// profiles, gamma and the physical pixel size are passed over: values are the stored ones.
/// </summary>
/// <remarks>
/// Written out because no library at hand delivers 16-bit greys exactly: SkiaSharp reduces them to 8 bits. All memory is managed, and
/// everything a file declares is checked before memory is taken. Source: PNG (Third Edition), W3C.
/// </remarks>
internal sealed class PngReader : ImageReader
{
    /// <inheritdoc/>
    public override string Name => "PNG";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Suffixes { get; } = Array.AsReadOnly([".png"]);

    /// <inheritdoc/>
    public override bool Recognises(ReadOnlySpan<byte> head)
    {
        return head.StartsWith(PngFile.Signature);
    }

    /// <inheritdoc/>
    public override DecodedImage Read(ReadOnlyMemory<byte> content, string name, ImageReadOptions options)
    {
        var file = PngFile.Parse(content, name);
        var header = file.Header;
        var channels = file.IsGrey ? 1 : 3;
        var shape = ImageLimits.CheckShape(name, channels, [header.Height, header.Width], options);
        var passes = header.Passes();
        CheckClaim(file, passes, name);
        try
        {
            return IsPlain(file, shape) ? ReadBytes(file, name, shape[0], shape[1]) : ReadValues(file, passes, name, channels, shape);
        }
        catch (Exception exception) when (ImageLimits.IsDamagedStream(exception))
        {
            throw new ImageFormatException(name, "the compressed pixels of the PNG file are damaged", exception);
        }
    }

    // What nearly all files are: bytes that need no more than their filters undone.
    private static bool IsPlain(PngFile file, int[] shape)
    {
        var header = file.Header;
        return header is { BitDepth: 8, IsInterlaced: false, Colour: not PngColour.Palette }
            && file.Transparency.Length == 0
            && shape[0] * (1 + ((long)shape[1] * header.SamplesPerPixel)) <= Array.MaxLength;
    }

    private static DecodedImage ReadBytes(PngFile file, string name, int height, int width)
    {
        var samples = file.Header.SamplesPerPixel;
        var rowBytes = width * samples;
        var length = height * (1 + rowBytes);
        var buffer = ByteBuffers.Rent(length);
        var rows = buffer.AsSpan(0, length);
        using (var inflated = file.OpenPixels())
        {
            if (inflated.ReadAtLeast(rows, length, throwOnEndOfStream: false) < length)
            {
                throw new ImageFormatException(name, PngRows.EndsTooEarly);
            }

            RequireIntactEnd(inflated);
        }

        PngRows.RestoreAll(rows, name, rowBytes, samples);
        for (var start = 1; start < length && samples is 2 or 4; start += 1 + rowBytes)
        {
            var row = rows.Slice(start, rowBytes);
            if (samples == 4)
            {
                Transparency.LayOverBlack(row);
                continue;
            }

            for (var column = 0; column < width; column++)
            {
                row[column] = (byte)Transparency.OverBlack(row[2 * column], row[(2 * column) + 1], byte.MaxValue);
            }
        }

        return new DecodedImage(new InterleavedBytes(buffer, 1, 1 + rowBytes, height, width, samples == 2 ? 1 : samples));
    }

    private static DecodedImage ReadValues(PngFile file, PngPass[] passes, string name, int channels, int[] shape)
    {
        var (header, height, width) = (file.Header, shape[0], shape[1]);

        // The passes together cover every pixel.
        var values = GC.AllocateUninitializedArray<float>(channels * height * width);
        var pixels = new PngPixels(file, name, values, height * width);
        using var inflated = new BufferedStream(file.OpenPixels(), 1 << 14);
        foreach (var pass in passes)
        {
            var rows = new PngRows(inflated, name, (int)header.RowBytes(pass), header.BitsPerPixel);
            for (var row = 0; row < pass.Rows; row++)
            {
                pixels.Store(rows.Next(), (int)pass.Columns, ((pass.Y + (row * pass.StepY)) * width) + pass.X, pass.StepX);
            }
        }

        RequireIntactEnd(inflated);
        return new DecodedImage(values, channels, shape) { HasByteValues = header.BitDepth <= 8 };
    }

    // The checksum stands behind the last byte, and is compared when somebody asks for more. More pixels than the header claims are passed over,
    // unless damage shows in the first of them.
    private static void RequireIntactEnd(Stream inflated)
    {
        Span<byte> beyond = stackalloc byte[1 << 12];
        inflated.ReadAtLeast(beyond, beyond.Length, throwOnEndOfStream: false);
    }

    private static void CheckClaim(PngFile file, PngPass[] passes, string name)
    {
        var bytes = Int128.Zero;
        foreach (var pass in passes)
        {
            var rowBytes = file.Header.RowBytes(pass);
            if (rowBytes > Array.MaxLength)
            {
                throw new ImageFormatException(name, $"a row of {rowBytes} bytes is more than an array can hold");
            }

            bytes += (Int128)pass.Rows * (1 + rowBytes);
        }

        ImageLimits.CheckDeflateRatio(name, bytes, file.CompressedLength);
    }
}
