using System.Buffers.Binary;
using FsCheck.Xunit;
using TruncatedTL.MLNet.Imaging;
using TruncatedTL.MLNet.Tests.Imaging.Samples;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Imaging.Raster;

public sealed class PngReaderTests
{
    private static readonly (int Colour, int BitDepth)[] Kinds =
    [
        (PngWriter.Grey, 1), (PngWriter.Grey, 2), (PngWriter.Grey, 4), (PngWriter.Grey, 8), (PngWriter.Grey, 16),
        (PngWriter.Rgb, 8), (PngWriter.Rgb, 16),
        (PngWriter.Palette, 1), (PngWriter.Palette, 2), (PngWriter.Palette, 4), (PngWriter.Palette, 8),
        (PngWriter.GreyAlpha, 8), (PngWriter.GreyAlpha, 16), (PngWriter.RgbAlpha, 8), (PngWriter.RgbAlpha, 16),
    ];

    [Property(MaxTest = 300, Replay = "20261101,1234567891")]
    public void What_is_written_is_read(byte kind, byte widthSeed, byte heightSeed, bool interlaced, int seed)
    {
        var (colour, bitDepth) = Kinds[kind % Kinds.Length];
        var (width, height) = (1 + (widthSeed % 19), 1 + (heightSeed % 19));
        var random = new Random(seed);
        var perPixel = colour switch { PngWriter.Rgb => 3, PngWriter.GreyAlpha => 2, PngWriter.RgbAlpha => 4, _ => 1 };
        var maximum = (1 << bitDepth) - 1;
        var samples = Enumerable.Range(0, width * height * perPixel).Select(_ => random.Next(maximum + 1)).ToArray();
        var palette = new byte[3 * (maximum + 1)];
        random.NextBytes(palette);
        palette[1] = (byte)(palette[0] + 1);

        var image = ImageReaders.Read(PngWriter.Write(width, height, bitDepth, colour, samples, interlaced, colour == PngWriter.Palette ? palette : null), "a.png");

        Assert.Equal(colour is PngWriter.Grey or PngWriter.GreyAlpha ? 1 : 3, image.Channels);
        Assert.Equal([height, width], image.SpatialShape);
        Assert.Equal(bitDepth <= 8, image.HasByteValues);
        for (var i = 0; i < image.Values.Length; i++)
        {
            var (channel, pixel) = (i / (width * height), i % (width * height));
            double expected = colour switch
            {
                PngWriter.Palette => palette[(3 * samples[pixel]) + channel],
                PngWriter.Grey when bitDepth < 8 => samples[pixel] * (255 / maximum),
                PngWriter.GreyAlpha or PngWriter.RgbAlpha => Math.Floor((samples[(pixel * perPixel) + channel] * (double)samples[(pixel * perPixel) + perPixel - 1] / maximum) + 0.5),
                _ => samples[(pixel * perPixel) + channel],
            };
            Assert.Equal(expected, image.Values[i]);
        }
    }

    [Fact]
    public void Sixteen_bits_keep_every_value()
    {
        var all = Enumerable.Range(0, 65536).ToArray();
        var image = ImageReaders.Read(PngWriter.Write(256, 256, 16, PngWriter.Grey, all), "all.png");
        Assert.Equal(all.Select(value => (float)value), image.Values);
        Assert.False(image.HasByteValues);
    }

    [Fact]
    public void A_palette_of_greys_gives_one_channel()
    {
        var image = ImageReaders.Read(PngWriter.Write(3, 1, 8, PngWriter.Palette, [2, 0, 1], palette: [10, 10, 10, 20, 20, 20, 200, 200, 200]), "a.png");
        Assert.Equal((1, true), (image.Channels, image.HasByteValues));
        Assert.Equal([200f, 10, 20], image.Values);
    }

    [Fact]
    public void Transparency_lies_over_black_and_opaque_pixels_are_untouched()
    {
        // A transparent palette entry, an entry without alpha, and one of half.
        var palette = PngWriter.Write(3, 1, 8, PngWriter.Palette, [0, 1, 2], palette: [100, 50, 20, 101, 51, 21, 102, 52, 22], transparency: [0, 255, 128]);
        Assert.Equal([0f, 101, 51, 0, 51, 26, 0, 21, 11], ImageReaders.Read(palette, "a.png").Values);

        // One grey, or one colour, that means "nothing here".
        Assert.Equal([0f, 300, 257], ImageReaders.Read(PngWriter.Write(3, 1, 16, PngWriter.Grey, [258, 300, 257], transparency: [1, 2]), "a.png").Values);
        Assert.Equal([0f, 85, 255], ImageReaders.Read(PngWriter.Write(3, 1, 2, PngWriter.Grey, [2, 1, 3], transparency: [0, 2]), "a.png").Values);
        Assert.Equal([0f, 1, 0, 2, 0, 4], ImageReaders.Read(PngWriter.Write(2, 1, 8, PngWriter.Rgb, [1, 2, 3, 1, 2, 4], transparency: [0, 1, 0, 2, 0, 3]), "a.png").Values);

        Assert.Equal([65535f, 12345], ImageReaders.Read(PngWriter.Write(2, 1, 16, PngWriter.GreyAlpha, [65535, 65535, 12345, 65535]), "a.png").Values);
    }

    [Fact]
    public void Cut_files_are_refused_at_every_length()
    {
        ImagingSupport.AssertEveryCutIsRefused(PngWriter.Write(9, 7, 16, PngWriter.Rgb, new int[9 * 7 * 3]), "cut.png");
    }

    [Fact]
    public void Huge_sizes_are_refused_before_memory_is_taken()
    {
        ImagingSupport.AssertRefused(PngWriter.WriteZeros(uint.MaxValue, 1, 8, PngWriter.Grey, 10), "a.png", "not one of an image");
        ImagingSupport.AssertRefused(PngWriter.WriteZeros(int.MaxValue, int.MaxValue, 16, PngWriter.RgbAlpha, 10), "a.png", "the limit is");
        ImagingSupport.AssertRefused(PngWriter.WriteZeros(0, 5, 8, PngWriter.Grey, 10), "a.png", "not one of an image");

        // Within the limit, but more than the few compressed bytes can become.
        var before = GC.GetAllocatedBytesForCurrentThread();
        ImagingSupport.AssertRefused(PngWriter.WriteZeros(16384, 16384, 8, PngWriter.Grey, 100), "a.png", "cannot hold");
        ImagingSupport.AssertRefused(PngWriter.WriteZeros(700_000_000, 1, 16, PngWriter.RgbAlpha, 10), "a.png", "than an array can hold", new ImageReadOptions { MaxValues = long.MaxValue });
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void Damage_is_named()
    {
        var intact = PngWriter.Write(4, 4, 8, PngWriter.Grey, new int[16]);
        ImagingSupport.AssertRefused(Changed(intact, 40), "a.png", "checksum");
        ImagingSupport.AssertRefused(PngWriter.RepairChecksums(Changed(intact, 24)), "a.png", "no colour type 0 with 9 bits");
        ImagingSupport.AssertRefused(PngWriter.RepairChecksums(Changed(intact, 26)), "a.png", "compression 1");
        ImagingSupport.AssertRefused(PngWriter.Write(2, 1, 8, PngWriter.Palette, [0, 9], palette: [1, 2, 3]), "a.png", "the palette has 1");
        ImagingSupport.AssertRefused(PngWriter.Write(2, 1, 8, PngWriter.Palette, [0, 9]), "a.png", "palette of 0 bytes");
        ImagingSupport.AssertRefused(PngWriter.Write(2, 1, 8, PngWriter.Grey, [0, 9], transparency: [1]), "a.png", "transparency of 1 bytes");

        // The pixels' own stream: its first byte names the compression.
        var pixels = intact.AsSpan().IndexOf("IDAT"u8) + 4;
        ImagingSupport.AssertRefused(PngWriter.RepairChecksums(Changed(intact, pixels)), "a.png", "damaged");

        // And its last byte belongs to its own checksum, which has the checksum and the length of a chunk between itself and the end chunk.
        ImagingSupport.AssertRefused(PngWriter.RepairChecksums(Changed(intact, intact.AsSpan().IndexOf("IEND"u8) - 9)), "a.png", "compressed pixels");

        // A zlib stream that needs a dictionary, for which the framework has an exception of its own.
        var dictionary = (byte[])intact.Clone();
        (dictionary[pixels], dictionary[pixels + 1]) = (0x78, 0x20);
        ImagingSupport.AssertRefused(PngWriter.RepairChecksums(dictionary), "a.png", "damaged");

        var critical = (byte[])intact.Clone();
        critical[intact.AsSpan().IndexOf("gAMA"u8)] = (byte)'G';
        ImagingSupport.AssertRefused(PngWriter.RepairChecksums(critical), "a.png", "critical chunk");
        BinaryPrimitives.WriteUInt32BigEndian(critical.AsSpan(8), uint.MaxValue);
        ImagingSupport.AssertRefused(critical, "a.png", "cut short");
    }

    private static byte[] Changed(byte[] file, int at)
    {
        var changed = (byte[])file.Clone();
        changed[at] ^= 1;
        return changed;
    }
}
