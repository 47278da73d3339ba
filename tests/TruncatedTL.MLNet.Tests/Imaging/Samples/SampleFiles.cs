using BitMiracle.LibTiff.Classic;
using SkiaSharp;
using TruncatedTL.MLNet.Tests.Data.Numpy;

namespace TruncatedTL.MLNet.Tests.Imaging.Samples;

/// <summary>The table of small intact files for every reader. A new reader gets its lines here.</summary>
internal static class SampleFiles
{
    private const int Width = 9;
    private const int Height = 7;

    private static readonly Lazy<IReadOnlyList<SampleFile>> Table = new(Create);

    /// <summary>All files. Those whose name begins with <c>bomb</c> are small, but large once they are unpacked.</summary>
    public static IReadOnlyList<SampleFile> All => Table.Value;

    private static List<SampleFile> Create()
    {
        return
        [
            new("PNG", "grey8.png", PngWriter.Write(Width, Height, 8, PngWriter.Grey, Numbers(1, 256)), PngWriter.RepairChecksums),
            new("PNG", "grey8-checksums.png", PngWriter.Write(Width, Height, 8, PngWriter.Grey, Numbers(1, 256))),
            new("PNG", "grey16.png", PngWriter.Write(Width, Height, 16, PngWriter.Grey, Numbers(1, 65536)), PngWriter.RepairChecksums),
            new("PNG", "rgb8-interlaced.png", PngWriter.Write(Width, Height, 8, PngWriter.Rgb, Numbers(3, 256), interlaced: true), PngWriter.RepairChecksums),
            new("PNG", "rgba16.png", PngWriter.Write(Width, Height, 16, PngWriter.RgbAlpha, Numbers(4, 65536)), PngWriter.RepairChecksums),
            new("PNG", "palette4.png", PngWriter.Write(Width, Height, 4, PngWriter.Palette, Numbers(1, 16), palette: Bytes(48), transparency: [0, 128]), PngWriter.RepairChecksums),
            new("PNG", "bits-interlaced.png", PngWriter.Write(Width, Height, 1, PngWriter.Grey, Numbers(1, 2), interlaced: true), PngWriter.RepairChecksums),
            new("PNG", "bomb.png", PngWriter.WriteZeros(2000, 1500, 8, PngWriter.Grey, 2001 * 1500), PngWriter.RepairChecksums),
            new("JPEG", "grey.jpg", SmallFormats.Encode(Width, Height, Bytes(Width * Height), SKEncodedImageFormat.Jpeg, 80)),
            new("JPEG", "rgb.jpg", SmallFormats.Encode(16, 16, Bytes(16 * 16 * 4, opaque: true), SKEncodedImageFormat.Jpeg, 60)),
            new("TIFF", "grey8.tif", Tiff(new() { Width = Width, Height = Height })),
            new("TIFF", "grey16-big-endian.tif", Tiff(new() { Width = Width, Height = Height, Bits = 16, IsBigEndian = true })),
            new("TIFF", "rgb8-lzw.tif", Tiff(new() { Width = Width, Height = Height, Samples = 3, Photometric = Photometric.RGB, Compression = Compression.LZW, Predictor = Predictor.HORIZONTAL })),
            new("TIFF", "rgba8-planar-packbits.tif", Tiff(new() { Width = Width, Height = Height, Samples = 4, Photometric = Photometric.RGB, Compression = Compression.PACKBITS, IsPlanar = true, Extra = ExtraSample.UNASSALPHA })),
            new("TIFF", "grey16-tiles-deflate.tif", Tiff(new() { Width = Width, Height = Height, Bits = 16, TileSize = 16, Compression = Compression.ADOBE_DEFLATE, Predictor = Predictor.HORIZONTAL })),
            new("TIFF", "float32-deflate.tif", Tiff(new() { Width = Width, Height = Height, Bits = 32, Format = SampleFormat.IEEEFP, Compression = Compression.ADOBE_DEFLATE, Predictor = Predictor.FLOATINGPOINT })),
            new("TIFF", "palette.tif", Tiff(new() { Width = Width, Height = Height, Photometric = Photometric.PALETTE, Palette = [Words(), Words(), Words()] })),
            new("TIFF", "pages.tif", Tiff(new() { Width = Width, Height = Height, Orientation = 6 }, pages: 3)),
            new("TIFF", "bomb.tif", Tiff(new() { Width = 2000, Height = 1500, RowsPerStrip = 1500, Compression = Compression.ADOBE_DEFLATE, Predictor = Predictor.HORIZONTAL }, zeros: true)),
            new("BMP", "grey8.bmp", SmallFormats.Bmp(Width, Height, Bytes(Width * Height), Greys())),
            new("BMP", "rgb.bmp", SmallFormats.Bmp(Width, Height, Bytes(3 * Width * Height))),
            new("WebP", "lossless.webp", SmallFormats.Encode(Width, Height, Bytes(4 * Width * Height), SKEncodedImageFormat.Webp, 100)),
            new("WebP", "lossy.webp", SmallFormats.Encode(16, 16, Bytes(4 * 16 * 16), SKEncodedImageFormat.Webp, 50)),
            new("GIF", "still.gif", SmallFormats.Gif(Width, Height, [.. Bytes(Width * Height).Select(value => (byte)(value & 127))], Bytes(384))),
            new("GIF", "animation.gif", SmallFormats.Gif(Width, Height, [.. Bytes(Width * Height).Select(value => (byte)(value & 127))], Bytes(384), frames: 2)),
            new("NIfTI", "bytes.nii", new NiftiWriter { Dimensions = [4, 3, 2] }.Write(Bytes(24))),
            new("NIfTI", "scaled-big-endian.nii", new NiftiWriter { Dimensions = [4, 3, 2], DataType = 4, NumberBytes = 2, IsBigEndian = true, Slope = 2, Intercept = -1, AffineCode = 1 }.Write(Bytes(48))),
            new("NIfTI", "version2.nii", new NiftiWriter { Dimensions = [4, 3, 2], DataType = 64, NumberBytes = 8, IsVersion2 = true, QuaternionCode = 1, Quaternion = [0.5, 0.5, 0.5] }.Write(Bytes(192))),
            new("NIfTI", "colours.nii", new NiftiWriter { Dimensions = [4, 3, 2], DataType = 128 }.Write(Bytes(72))),
            new("NIfTI", "time.nii.gz", new NiftiWriter { Dimensions = [4, 3, 2, 3] }.Write(Bytes(72)), NiftiWriter.Gzip),
            new("NIfTI", "time-stream.nii.gz", NiftiWriter.Gzip(new NiftiWriter { Dimensions = [4, 3, 2, 3] }.Write(Bytes(72)))),
            new("NIfTI", "bomb.nii.gz", NiftiWriter.Gzip([.. new NiftiWriter { Dimensions = [4, 3, 2] }.Write(Bytes(24)), .. new byte[1 << 23]])),
            new("NumPy", "bytes.npy", NpyBuilder.CreateBytes(Height, Width)),
            new("NumPy", "colours.npy", NpyBuilder.CreateBytes(2, Height, Width, 3)),
            new("NumPy", "floats.npy", NpyBuilder.Create(">f4", [2, 3, 4], Bytes(96), fortranOrder: true, version: 3)),
        ];
    }

    private static byte[] Tiff(TiffWriter writer, int pages = 1, bool zeros = false)
    {
        var bytes = writer.Width * writer.Height * writer.Samples * writer.Bits / 8;
        return writer.Write([.. Enumerable.Range(0, pages).Select(_ => zeros ? new byte[bytes] : Bytes(bytes))]);
    }

    // Without symmetry, so that exchanged rows or channels show.
    private static byte[] Bytes(int count, bool opaque = false)
    {
        var bytes = new byte[count];
        for (var i = 0; i < count; i++)
        {
            bytes[i] = opaque && i % 4 == 3 ? byte.MaxValue : (byte)((i * 37) + (i * i % 101 * 5) + 11);
        }

        return bytes;
    }

    private static int[] Numbers(int perPixel, int limit)
    {
        return [.. Enumerable.Range(0, Width * Height * perPixel).Select(i => ((i * 7919) + (i * i % 101 * 523) + 11) % limit)];
    }

    private static ushort[] Words() => [.. Enumerable.Range(0, 256).Select(i => (ushort)(i * 257))];

    private static byte[] Greys() => [.. Enumerable.Range(0, 256).SelectMany(i => new byte[] { (byte)i, (byte)i, (byte)i, 0 })];
}
