using TruncatedTL.MLNet.Data;
using TruncatedTL.MLNet.Imaging;
using TruncatedTL.MLNet.Imaging.Dicom;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Imaging.Dicom;

/// <summary>JPEG streams whose values are known because the tests wrote them.</summary>
public sealed class DicomJpegTests
{
    private const string Baseline = "1.2.840.10008.1.2.4.50";
    private const string Extended = "1.2.840.10008.1.2.4.51";
    private const string Lossless = "1.2.840.10008.1.2.4.57";

    [Fact]
    public void Lossless_jpeg_gives_every_value_back_with_every_predictor()
    {
        var random = new Random(3);
        for (var predictor = 1; predictor <= 7; predictor++)
        {
            foreach (var (precision, restartRows, components) in ((int, int, int)[])[(16, 0, 1), (12, 2, 1), (8, 0, 3), (16, 1, 1), (2, 3, 1)])
            {
                var values = Enumerable.Range(0, 5 * 7 * components).Select(i => (uint)(random.Next(2) == 0 ? random.Next(1 << precision) : (i * 977) % (1 << precision))).ToArray();
                var bits = precision > 8 ? 16 : 8;
                var writer = new DicomWriter { TransferSyntax = Lossless }.Image(5, 7, bits, components == 3 ? "RGB" : "MONOCHROME2", components, bitsStored: precision);
                var image = Read(writer.Fragments([], JpegWriter.Lossless(5, 7, components, precision, values, predictor, restartRows: restartRows)));
                var expected = Enumerable.Range(0, components).SelectMany(component => values.Where((_, i) => i % components == component)).Select(value => (float)value);
                Assert.Equal(expected, image.Values);
            }
        }

        var shifted = JpegWriter.Lossless(1, 3, 1, 12, [4095, 16, 33], pointTransform: 4);
        Assert.Equal([4080, 16, 32], Read(new DicomWriter { TransferSyntax = Lossless }.Image(1, 3, 16, "MONOCHROME2", bitsStored: 12).Fragments([], shifted)).Values);
        var signed = JpegWriter.Lossless(1, 2, 1, 16, [0xFFFF, 5]);
        Assert.Equal([-1, 5], Read(new DicomWriter { TransferSyntax = Lossless }.Image(1, 2, 16, "MONOCHROME2", isSigned: true).Fragments([], signed)).Values);
    }

    [Fact]
    public void A_jpeg_stream_that_is_cut_off_or_of_another_size_is_refused()
    {
        var whole = JpegWriter.Lossless(5, 7, 1, 16, [.. Enumerable.Range(0, 35).Select(i => (uint)(i * 1771))]);
        DicomWriter Image(int rows, byte[] stream) => new DicomWriter { TransferSyntax = Lossless }.Image(rows, 7, 16, "MONOCHROME2").Fragments([], stream);
        Assert.Equal(35, Read(Image(5, whole)).Values.Length);
        for (var length = 0; length < whole.Length; length++)
        {
            Assert.Throws<ImageFormatException>(() => Read(Image(5, whole[..length])));
        }

        Assert.Contains("too early", Assert.Throws<ImageFormatException>(() => Read(Image(5, [.. whole[..^12], 0xFF, 0xD9]))).Problem, StringComparison.Ordinal);
        Assert.Contains("5 x 7 pixels", Assert.Throws<ImageFormatException>(() => Read(Image(6, whole))).Problem, StringComparison.Ordinal);
        var differential = whole.ToArray();
        differential[Array.IndexOf(differential, (byte)0xC3)] = 0xC5;
        Assert.Contains("SOF5", Assert.Throws<ImageFormatException>(() => Read(Image(5, differential))).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_size_that_the_stream_does_not_confirm_takes_no_memory()
    {
        var stream = JpegWriter.Flat(8, 512, 512, [(1, 1)], (c, x, y) => (x * 7) ^ y);
        var bytes = new DicomWriter { TransferSyntax = Baseline }.Image(4000, 1000, 8, "MONOCHROME2").Fragments([], stream).ToArray();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<ImageFormatException>(() => new DicomReader().Read(bytes, "x.dcm", new ImageReadOptions()));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void Lossy_jpeg_of_flat_blocks_is_exact()
    {
        static int Value(int component, int x, int y) => 20 + (100 * x) + (50 * y);
        var grey = Read(new DicomWriter { TransferSyntax = Baseline }.Image(10, 12, 8, "MONOCHROME2").Fragments([], JpegWriter.Flat(8, 10, 12, [(1, 1)], Value)));
        Assert.True(grey.HasByteValues);
        Assert.Equal(Enumerable.Range(0, 120).Select(i => (float)Value(0, i % 12 / 8, i / 12 / 8)), grey.Values);

        var progressive = JpegWriter.Flat(8, 10, 12, [(1, 1)], Value, isProgressive: true);
        Assert.Equal(grey.Values, Read(new DicomWriter { TransferSyntax = Baseline }.Image(10, 12, 8, "MONOCHROME2").Fragments([], progressive)).Values);

        var deep = Read(new DicomWriter { TransferSyntax = Extended }.Image(10, 12, 16, "MONOCHROME2", bitsStored: 12).Numbers(0x0028_1052, -1000)
            .Fragments([], JpegWriter.Flat(12, 10, 12, [(1, 1)], (c, x, y) => 16 * Value(c, x, y))));
        Assert.Equal(grey.Values.Select(value => (16 * value) - 1000), deep.Values);
    }

    [Fact]
    public void Jpeg_colours_are_converted_once()
    {
        static int Red(int component, int x, int y) => ((int[])[76, 85, 255])[component];
        float[] red = [254, 0, 0];
        float[] asStored = [76, 85, 255];
        (string Photometric, byte[]? Extra, byte[]? Ids, float[] Expected)[] cases =
        [
            ("YBR_FULL_422", null, null, red),
            ("YBR_FULL", null, null, red),
            ("RGB", null, null, asStored),
            ("RGB", JpegWriter.Jfif, null, red),
            ("RGB", JpegWriter.Adobe(1), null, red),
            ("YBR_FULL_422", JpegWriter.Adobe(0), null, asStored),
            ("YBR_FULL_422", null, "RGB"u8.ToArray(), asStored),
        ];
        foreach (var (photometric, extra, ids, expected) in cases)
        {
            foreach (var sampling in ((int, int)[][])[[(1, 1), (1, 1), (1, 1)], [(2, 1), (1, 1), (1, 1)], [(2, 2), (1, 1), (1, 1)]])
            {
                var stream = JpegWriter.Flat(8, 9, 20, sampling, Red, extra, ids);
                var image = Read(new DicomWriter { TransferSyntax = Baseline }.Image(9, 20, 8, photometric, 3).Fragments([], stream));
                Assert.Equal([9, 20], image.SpatialShape);
                Assert.All(image.Values.Select((value, i) => (value, i)), pair => Assert.Equal(expected[pair.i / 180], pair.value, 1f));
            }
        }
    }

    [Fact]
    public void Chrominances_of_lossy_jpeg_lie_under_their_pixels()
    {
        // Each chrominance block spans 16 x 16 pixels.
        static int Value(int component, int x, int y) => component == 0 ? 128 : component == 1 ? 128 : x == 0 ? 128 : 228;
        var stream = JpegWriter.Flat(8, 16, 32, [(2, 2), (1, 1), (1, 1)], Value);
        var image = Read(new DicomWriter { TransferSyntax = Baseline }.Image(16, 32, 8, "YBR_FULL_422", 3).Fragments([], stream));
        for (var i = 0; i < 16 * 32; i++)
        {
            Assert.Equal(i % 32 < 16 ? 128 : 255, image.Values[i], 1f);
        }
    }

    [Fact]
    public void Jpeg_streams_that_would_mislead_the_library_are_refused()
    {
        static int Value(int component, int x, int y) => 100;
        var sound = JpegWriter.Flat(8, 8, 8, [(1, 1), (1, 1), (1, 1)], Value);
        DicomWriter Image(byte[] stream) => new DicomWriter { TransferSyntax = Baseline }.Image(8, 8, 8, "RGB", 3).Fragments([], stream);
        Assert.Equal(192, Read(Image(sound)).Values.Length);
        var frame = sound.AsSpan().IndexOf([(byte)0xFF, (byte)0xC0]);
        var table = sound.AsSpan().IndexOf([(byte)0xFF, (byte)0xC4]);
        var scan = sound.AsSpan().IndexOf([(byte)0xFF, (byte)0xDA]);
        byte[][] broken =
        [
            With(sound, frame + 11, 0x31), With(sound, frame + 11, 0x00), With(sound, frame + 4, 16), With(sound, frame + 9, 4), With(sound, table + 9, 0), With(sound, table + 5, 200),
            With(sound, scan + 4, 1), With(sound, scan + 5, 9), With(sound, scan + 6, 0x77), With(sound, 4 + 2, 0x75), [.. sound[..^2], .. sound[scan..]], [.. sound[..scan], 0xFF, 0xD9],
        ];
        for (var i = 0; i < broken.Length; i++)
        {
            Assert.Throws<ImageFormatException>(() => Read(Image(broken[i])));
        }
    }

    [Fact]
    public void Fragments_are_sorted_into_frames()
    {
        var one = JpegWriter.Lossless(1, 2, 1, 8, [1, 2]);
        var two = JpegWriter.Lossless(1, 2, 1, 8, [3, 4]);
        byte[] Offsets(params int[] offsets) => [.. offsets.SelectMany(BitConverter.GetBytes)];
        DicomWriter Image(string frames) => new DicomWriter { TransferSyntax = Lossless }.Image(1, 2, 8, "MONOCHROME2").Text(0x0028_0008, "IS", frames);

        float[] expected = [1, 2, 3, 4];
        Assert.Equal(expected, Read(Image("2").Fragments([], one, two)).Values);
        Assert.Equal(expected, Read(Image("2").Fragments([], one[..20], one[20..], two)).Values);
        Assert.Equal(expected, Read(Image("2").Fragments(Offsets(0, one.Length + 16), one[..20], one[20..], two)).Values);
        Assert.Equal(expected, Read(Image("2").Fragments(Offsets(0, 99), one[..20], one[20..], two)).Values);
        Assert.Equal([1, 2], Read(Image("1").Fragments([], one[..20], one[20..30], one[30..])).Values);
        Assert.Throws<ImageFormatException>(() => Read(Image("3").Fragments([], one, two)));
        Assert.Throws<ImageFormatException>(() => Read(Image("2").Fragments([], one, [1, 2], [3, 4], one, two)));
    }

    private static byte[] With(byte[] bytes, int at, byte value)
    {
        var changed = bytes.ToArray();
        changed[at] = value;
        return changed;
    }

    private static DecodedImage Read(DicomWriter writer) => new DicomReader().Read(writer.ToArray(), "test.dcm", new ImageReadOptions());
}
