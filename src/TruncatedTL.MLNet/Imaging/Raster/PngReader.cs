using System.IO.Compression;
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
        var file = PngFile.Parse(content.Span, name);
        var header = file.Header;
        var channels = file.IsGrey ? 1 : 3;
        var shape = ImageLimits.CheckShape(name, channels, [header.Height, header.Width], options);
        var passes = header.Passes();
        CheckClaim(file, passes, name);
        var (height, width) = (shape[0], shape[1]);

        // The passes together cover every pixel.
        var values = GC.AllocateUninitializedArray<float>(channels * height * width);
        var pixels = new PngPixels(file, name, values, height * width);
        try
        {
            using var inflated = new BufferedStream(new ZLibStream(new MemoryStream(file.Compressed, writable: false), CompressionMode.Decompress), 1 << 14);
            foreach (var pass in passes)
            {
                var rows = new PngRows(inflated, name, (int)header.RowBytes(pass), header.BitsPerPixel);
                for (var row = 0; row < pass.Rows; row++)
                {
                    pixels.Store(rows.Next(), (int)pass.Columns, ((pass.Y + (row * pass.StepY)) * width) + pass.X, pass.StepX);
                }
            }
        }
        catch (Exception exception) when (ImageLimits.IsDamagedStream(exception))
        {
            throw new ImageFormatException(name, "the compressed pixels of the PNG file are damaged", exception);
        }

        return new DecodedImage(values, channels, shape) { HasByteValues = header.BitDepth <= 8 };
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

        ImageLimits.CheckDeflateRatio(name, bytes, file.Compressed.Length);
    }
}
