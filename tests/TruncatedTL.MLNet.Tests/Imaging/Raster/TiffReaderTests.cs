using System.Runtime.InteropServices;
using BitMiracle.LibTiff.Classic;
using FsCheck.Xunit;
using TruncatedTL.MLNet.Imaging;
using TruncatedTL.MLNet.Tests.Imaging.Samples;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Imaging.Raster;

public sealed class TiffReaderTests
{
    private static readonly Compression[] Compressions = [Compression.NONE, Compression.LZW, Compression.ADOBE_DEFLATE, Compression.DEFLATE, Compression.PACKBITS];

    private static readonly (SampleFormat Format, int Bits)[] Types =
        [(SampleFormat.UINT, 8), (SampleFormat.UINT, 16), (SampleFormat.UINT, 32), (SampleFormat.INT, 8), (SampleFormat.INT, 16), (SampleFormat.INT, 32), (SampleFormat.IEEEFP, 32), (SampleFormat.IEEEFP, 64)];

    [Property(MaxTest = 200, Replay = "20261102,1234567891")]
    public void What_is_written_is_read(byte typeSeed, byte compressionSeed, bool isColour, bool isTiled, bool isPlanar, bool isBigEndian, bool predicts, int seed)
    {
        var (format, bits) = Types[typeSeed % Types.Length];
        var random = new Random(seed);
        var writer = new TiffWriter
        {
            Width = random.Next(1, 40),
            Height = random.Next(1, 40),
            Bits = bits,
            Format = format,
            Samples = isColour ? 3 : 1,
            Photometric = isColour ? Photometric.RGB : Photometric.MINISBLACK,
            Compression = Compressions[compressionSeed % Compressions.Length],
            TileSize = isTiled ? 16 : 0,
            RowsPerStrip = random.Next(1, 9),
            IsPlanar = isPlanar && isColour,
            IsBigEndian = isBigEndian,
        };

        // LibTiff writes the predictors of big-endian files wrongly; raster_reference.json has such files that are right.
        if (predicts && !isBigEndian && writer.Compression is Compression.LZW or Compression.DEFLATE or Compression.ADOBE_DEFLATE)
        {
            writer = writer with { Predictor = format == SampleFormat.IEEEFP ? Predictor.FLOATINGPOINT : bits <= 16 ? Predictor.HORIZONTAL : Predictor.NONE };
        }

        var page = RandomPage(writer, random, out var expected);
        var image = ImageReaders.Read(writer.Write(page), "a.tif");
        Assert.Equal(writer.Samples, image.Channels);
        Assert.Equal([writer.Height, writer.Width], image.SpatialShape);
        Assert.Equal(expected, image.Values);
        Assert.Equal((format, bits) == (SampleFormat.UINT, 8), image.HasByteValues);
        Assert.False(image.LowestIsWhite);
        Assert.Null(image.SpacingMillimetres);
    }

    [Fact]
    public void Sixteen_bits_keep_every_value()
    {
        var all = Enumerable.Range(0, 65536).Select(value => (ushort)value).ToArray();
        var writer = new TiffWriter { Width = 256, Height = 256, Bits = 16, Compression = Compression.LZW, IsBigEndian = true };
        Assert.Equal(all.Select(value => (float)value), ImageReaders.Read(writer.Write(MemoryMarshal.AsBytes(all.AsSpan()).ToArray()), "all.tif").Values);
    }

    [Fact]
    public void White_zero_is_said_and_values_are_not_inverted()
    {
        var image = ImageReaders.Read(new TiffWriter { Width = 3, Height = 1, Photometric = Photometric.MINISWHITE }.Write([0, 7, 255]), "a.tif");
        Assert.True(image.LowestIsWhite);
        Assert.Equal([0f, 7, 255], image.Values);
    }

    [Theory]
    [InlineData(1, 0b1010_0000, 255f, 0f, 255f)]
    [InlineData(2, 0b0110_1100, 85f, 170f, 255f)]
    public void Greys_of_few_bits_are_scaled_to_bytes(int bits, int packed, float first, float second, float third)
    {
        var image = ImageReaders.Read(new TiffWriter { Width = 3, Height = 1, Bits = bits }.Write([(byte)packed]), "a.tif");
        Assert.Equal([first, second, third], image.Values);
        Assert.True(image.HasByteValues);
    }

    [Fact]
    public void Palettes_give_colours()
    {
        ushort[] Entries(int factor) => [.. Enumerable.Range(0, 256).Select(i => (ushort)(factor * i))];
        var writer = new TiffWriter { Width = 2, Height = 1, Photometric = Photometric.PALETTE, Palette = [Entries(257), Entries(128), Entries(0)] };
        var image = ImageReaders.Read(writer.Write([10, 255]), "a.tif");
        Assert.Equal(3, image.Channels);
        Assert.Equal([10f, 255, 5, 127, 0, 0], image.Values);
    }

    [Theory]
    [InlineData(ExtraSample.UNASSALPHA, 50f, 100f)]
    [InlineData(ExtraSample.ASSOCALPHA, 100f, 100f)]
    [InlineData(ExtraSample.UNSPECIFIED, 100f, 100f)]
    public void Straight_alpha_is_laid_over_black(ExtraSample extra, float first, float second)
    {
        var writer = new TiffWriter { Width = 2, Height = 1, Samples = 2, Extra = extra };
        var image = ImageReaders.Read(writer.Write([100, 127, 100, 255]), "a.tif");
        Assert.Equal(1, image.Channels);
        Assert.Equal([first, second], image.Values);
    }

    [Fact]
    public void Pages_of_one_size_are_a_volume_and_a_frame_is_one_of_them()
    {
        var file = new TiffWriter { Width = 2, Height = 1, Samples = 3, Photometric = Photometric.RGB }.Write([1, 2, 3, 4, 5, 6], [11, 12, 13, 14, 15, 16]);
        var volume = ImageReaders.Read(file, "a.tif");
        Assert.Equal([2, 1, 2], volume.SpatialShape);
        Assert.Equal([1f, 4, 11, 14, 2, 5, 12, 15, 3, 6, 13, 16], volume.Values);
        var frame = ImageReaders.Read(file, "a.tif", new ImageReadOptions { Frame = 1 });
        Assert.Equal([1, 2], frame.SpatialShape);
        Assert.Equal([11f, 14, 12, 15, 13, 16], frame.Values);
        ImagingSupport.AssertRefused(file, "a.tif", "the pages are 0 to 1", new ImageReadOptions { Frame = 2 });
        ImagingSupport.AssertRefused(file, "a.tif", "the pages are 0 to 1", new ImageReadOptions { Frame = -1 });
        ImagingSupport.AssertRefused(file, "a.tif", "the limit is 11", new ImageReadOptions { MaxValues = 11 });
    }

    [Fact]
    public void Small_copies_are_no_pages()
    {
        var image = ImageReaders.Read(new TiffWriter { Width = 2, Height = 1, HasThumbnails = true }.Write([1, 2], [9, 9]), "a.tif");
        Assert.Equal([1, 2], image.SpatialShape);
        Assert.Equal([1f, 2], image.Values);
    }

    [Theory]
    [InlineData(1, "123456")]
    [InlineData(2, "321654")]
    [InlineData(3, "654321")]
    [InlineData(4, "456123")]
    [InlineData(5, "142536")]
    [InlineData(6, "415263")]
    [InlineData(7, "635241")]
    [InlineData(8, "362514")]
    public void The_stated_orientation_is_applied(int orientation, string expected)
    {
        var image = ImageReaders.Read(new TiffWriter { Width = 3, Height = 2, Orientation = orientation }.Write([1, 2, 3, 4, 5, 6]), "a.tif");
        Assert.Equal(orientation < 5 ? [2, 3] : [3, 2], image.SpatialShape);
        Assert.Equal(expected, string.Concat(image.Values));
    }

    [Fact]
    public void Cut_files_are_refused()
    {
        ImagingSupport.AssertEveryCutIsRefused(new TiffWriter { Width = 9, Height = 7, Compression = Compression.LZW }.Write(new byte[63]), "cut.tif");
    }

    [Fact]
    public void What_is_not_supported_is_named()
    {
        ImagingSupport.AssertRefused(new TiffWriter { Width = 16, Height = 16, RowsPerStrip = 16, Compression = Compression.JPEG }.Write(new byte[256]), "a.tif", "compression JPEG");
        ImagingSupport.AssertRefused(new TiffWriter { Width = 1, Height = 1, Samples = 4, Photometric = Photometric.SEPARATED }.Write(new byte[4]), "a.tif", "SEPARATED");
    }

    [Fact]
    public void Sizes_that_the_file_cannot_hold_are_refused_before_memory_is_taken()
    {
        var file = new TiffWriter { Width = 9, Height = 7 }.Write(new byte[63]);
        var before = GC.GetAllocatedBytesForCurrentThread();
        ImagingSupport.AssertRefused(WithTag(file, TiffTag.IMAGEWIDTH, 16000), "a.tif", string.Empty);
        ImagingSupport.AssertRefused(WithTag(file, TiffTag.IMAGELENGTH, 60000), "a.tif", string.Empty);
        var oneStrip = new TiffWriter { Width = 9, Height = 7, RowsPerStrip = 7 }.Write(new byte[63]);
        var hugeStrip = WithTag(WithTag(WithTag(oneStrip, TiffTag.IMAGEWIDTH, 30000), TiffTag.IMAGELENGTH, 30000), TiffTag.ROWSPERSTRIP, 30000);
        ImagingSupport.AssertRefused(hugeStrip, "a.tif", "the limit is");
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);
    }

    [Fact]
    public void A_dicom_file_with_a_tiff_header_in_its_preamble_is_not_taken_for_tiff()
    {
        var head = new byte[ImageReaders.HeadLength];
        ((ReadOnlySpan<byte>)[(byte)'I', (byte)'I', 42, 0]).CopyTo(head);
        var reader = ImageReaders.All.Single(candidate => candidate.Name == "TIFF");
        Assert.True(reader.Recognises(head));
        "DICM"u8.CopyTo(head.AsSpan(128));
        Assert.False(reader.Recognises(head));
        Assert.True(reader.Recognises(head.AsSpan(0, 131)));
    }

    [Fact]
    public void Pages_that_go_in_circles_are_refused()
    {
        var file = new TiffWriter { Width = 2, Height = 1 }.Write([1, 2], [3, 4]);
        var first = BitConverter.ToInt32(file, 4);
        var second = first + 2 + (12 * BitConverter.ToUInt16(file, first));
        BitConverter.TryWriteBytes(file.AsSpan(second), first);
        ImagingSupport.AssertRefused(file, "a.tif", "go in circles");
    }

    [Fact]
    public void Counts_beyond_the_file_are_refused_before_memory_is_taken()
    {
        var file = new TiffWriter { Width = 9, Height = 7 }.Write(new byte[63]);
        var directory = BitConverter.ToInt32(file, 4);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < BitConverter.ToUInt16(file, directory); i++)
        {
            var changed = (byte[])file.Clone();
            BitConverter.TryWriteBytes(changed.AsSpan(directory + 2 + (12 * i) + 4), int.MaxValue);
            ImagingSupport.AssertRefused(changed, "a.tif", "beyond its end");
        }

        ImagingSupport.AssertRefused(WithTag(WithTag(file, TiffTag.IMAGELENGTH, 65535), TiffTag.ROWSPERSTRIP, 1), "a.tif", "65535 strips or tiles");
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);
    }

    // A little-endian TIFF lists its tags as number (2 bytes), type (2), count (4) and value (4).
    private static byte[] WithTag(byte[] file, TiffTag tag, ushort value)
    {
        var changed = (byte[])file.Clone();
        var directory = BitConverter.ToInt32(changed, 4);
        for (var i = 0; i < BitConverter.ToUInt16(changed, directory); i++)
        {
            var entry = directory + 2 + (12 * i);
            if (BitConverter.ToUInt16(changed, entry) == (ushort)tag)
            {
                BitConverter.TryWriteBytes(changed.AsSpan(entry + 8), value);
                return changed;
            }
        }

        throw new InvalidOperationException($"No tag {tag}.");
    }

    private static byte[] RandomPage(TiffWriter writer, Random random, out float[] expected)
    {
        var count = writer.Width * writer.Height * writer.Samples;
        var bytes = new byte[count * writer.Bits / 8];
        random.NextBytes(bytes);
        if (writer.Format == SampleFormat.IEEEFP)
        {
            // Random bits make NaNs, whose payload need not survive a conversion.
            for (var i = 0; i < count; i++)
            {
                var value = (random.NextDouble() - 0.5) * 10000;
                _ = writer.Bits == 32 ? BitConverter.TryWriteBytes(bytes.AsSpan(4 * i), (float)value) : BitConverter.TryWriteBytes(bytes.AsSpan(8 * i), value);
            }
        }

        float Sample(int i) => (writer.Format, writer.Bits) switch
        {
            (SampleFormat.UINT, 8) => bytes[i],
            (SampleFormat.UINT, 16) => BitConverter.ToUInt16(bytes, 2 * i),
            (SampleFormat.UINT, 32) => BitConverter.ToUInt32(bytes, 4 * i),
            (SampleFormat.INT, 8) => (sbyte)bytes[i],
            (SampleFormat.INT, 16) => BitConverter.ToInt16(bytes, 2 * i),
            (SampleFormat.INT, 32) => BitConverter.ToInt32(bytes, 4 * i),
            (SampleFormat.IEEEFP, 32) => BitConverter.ToSingle(bytes, 4 * i),
            _ => (float)BitConverter.ToDouble(bytes, 8 * i),
        };
        var pixels = writer.Width * writer.Height;
        expected = [.. Enumerable.Range(0, count).Select(i => Sample((i % pixels * writer.Samples) + (i / pixels)))];
        return bytes;
    }
}
