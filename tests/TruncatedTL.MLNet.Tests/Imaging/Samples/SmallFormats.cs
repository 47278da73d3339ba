using System.Buffers.Binary;
using System.Runtime.InteropServices;
using SkiaSharp;

namespace TruncatedTL.MLNet.Tests.Imaging.Samples;

/// <summary>Small files of the 8-bit formats.</summary>
internal static class SmallFormats
{
    /// <summary>A BMP of 24 bits, or of 8 bits with a palette of four bytes an entry.</summary>
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    /// <param name="pixels">Palette indices, or blue, green, red; the top row first.</param>
    /// <param name="palette">Blue, green, red, 0 for each entry; null for 24 bits.</param>
    public static byte[] Bmp(int width, int height, byte[] pixels, byte[]? palette = null)
    {
        var pixelBytes = palette is null ? 3 : 1;
        var rowBytes = ((width * pixelBytes) + 3) / 4 * 4;
        var start = 54 + (palette?.Length ?? 0);
        var file = new byte[start + (rowBytes * height)];
        "BM"u8.CopyTo(file);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(2), file.Length);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(10), start);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(14), 40);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(18), width);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(22), height);
        (file[26], file[28]) = (1, (byte)(8 * pixelBytes));
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(46), (palette?.Length ?? 0) / 4);
        palette?.CopyTo(file, 54);
        for (var row = 0; row < height; row++)
        {
            pixels.AsSpan(row * width * pixelBytes, width * pixelBytes).CopyTo(file.AsSpan(start + ((height - 1 - row) * rowBytes)));
        }

        return file;
    }

    /// <summary>A GIF of 7-bit indices, which need no real compression: a clear code stands before the codes would grow.</summary>
    public static byte[] Gif(int width, int height, byte[] indices, byte[] palette, int frames = 1)
    {
        using var file = new MemoryStream();
        file.Write("GIF89a"u8);
        file.Write([(byte)width, (byte)(width >> 8), (byte)height, (byte)(height >> 8), 0xF6, 0, 0]);
        file.Write(palette);
        file.Write(new byte[384 - palette.Length]);
        for (var frame = 0; frame < frames; frame++)
        {
            file.Write([0x2C, 0, 0, 0, 0, (byte)width, (byte)(width >> 8), (byte)height, (byte)(height >> 8), 0, 7]);
            for (var at = 0; at < indices.Length; at += 100)
            {
                byte[] run = [128, .. indices.Skip(at).Take(100)];
                file.WriteByte((byte)run.Length);
                file.Write(run);
            }

            file.Write([1, 129, 0]);
        }

        file.WriteByte(0x3B);
        return file.ToArray();
    }

    /// <summary>A file written by SkiaSharp: greys for one value a pixel, colours for four (straight RGBA).</summary>
    public static byte[] Encode(int width, int height, byte[] pixels, SKEncodedImageFormat format, int quality)
    {
        var colour = pixels.Length == width * height ? SKColorType.Gray8 : SKColorType.Rgba8888;
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, colour, colour == SKColorType.Gray8 ? SKAlphaType.Opaque : SKAlphaType.Unpremul));
        Marshal.Copy(pixels, 0, bitmap.GetPixels(), pixels.Length);
        using var pixmap = bitmap.PeekPixels();
        using var data = format == SKEncodedImageFormat.Webp && quality == 100
            ? pixmap.Encode(new SKWebpEncoderOptions(SKWebpEncoderCompression.Lossless, 100))
            : pixmap.Encode(format, quality);
        return data.ToArray();
    }
}
