using TruncatedTL.MLNet.Data;
using TruncatedTL.MLNet.Imaging;
using TruncatedTL.MLNet.Imaging.Dicom;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Imaging.Dicom;

/// <summary>From stored bits to values and colours.</summary>
public sealed class DicomPixelTests
{
    private const uint PixelData = 0x7FE0_0010;
    private const string RunLength = "1.2.840.10008.1.2.5";
    private const string Baseline = "1.2.840.10008.1.2.4.50";

    [Fact]
    public void Stored_bits_are_cut_out_and_the_sign_is_extended()
    {
        Assert.Equal([-1, 1, -2048, 2047], Read(new DicomWriter().Image(2, 2, 16, "MONOCHROME2", bitsStored: 12, isSigned: true).Words(PixelData, "OW", 0x0FFF, 0x0001, 0x0800, 0x77FF)).Values);
        Assert.Equal([4095, 1, 2048, 2047], Read(new DicomWriter().Image(2, 2, 16, "MONOCHROME2", bitsStored: 12).Words(PixelData, "OW", -1, 0x0001, 0x0800, 0x77FF)).Values);
        // Twelve bits at the top, overlays below, as old writers had it.
        Assert.Equal([0xABC, 0], Read(new DicomWriter().Image(1, 2, 16, "MONOCHROME2", bitsStored: 12).Words(0x0028_0102, "US", 15).Words(PixelData, "OW", unchecked((short)0xABCF), 0)).Values);
        Assert.Equal([4294967296f, -2147483648f], [.. Read32(false, 0xFFFFFFFF), .. Read32(true, 0x80000000)]);
        Assert.Equal([-128, 127], Read(new DicomWriter().Image(1, 2, 8, "MONOCHROME2", isSigned: true).Bytes(PixelData, "OB", [128, 127])).Values);
        Assert.Equal([1, 0, 1, 1, 0, 0, 0, 0, 1], Read(new DicomWriter().Image(3, 3, 1, "MONOCHROME2").Bytes(PixelData, "OB", [0b0000_1101, 1])).Values);
    }

    [Fact]
    public void Byte_values_are_reported_where_nothing_rescales_them()
    {
        DicomWriter Bytes() => new DicomWriter().Image(1, 2, 8, "MONOCHROME2").Bytes(PixelData, "OB", [3, 255]);
        Assert.True(Read(Bytes()).HasByteValues);
        Assert.True(Read(Bytes().Numbers(0x0028_1053, 1).Numbers(0x0028_1052, 0)).HasByteValues);
        Assert.False(Read(Bytes().Numbers(0x0028_1053, 2)).HasByteValues);
        Assert.False(Read(Bytes().Words(0x0028_0103, "US", 1)).HasByteValues);
        Assert.False(Read(DicomWriter.Grey(1, 1, 5)).HasByteValues);
    }

    [Fact]
    public void Lowest_is_white_is_reported_and_not_inverted()
    {
        var image = Read(DicomWriter.Grey(1, 2, 10, 20).Text(0x0028_0004, "CS", "MONOCHROME1").Numbers(0x0028_1053, 0.5).Numbers(0x0028_1052, -1));
        Assert.True(image.LowestIsWhite);
        Assert.Equal([4, 9], image.Values);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_modality_table_replaces_slope_and_intercept(bool isBigEndian)
    {
        var writer = new DicomWriter { IsBigEndian = isBigEndian };
        var image = Read(writer.Image(1, 5, 16, "MONOCHROME2", isSigned: true).Numbers(0x0028_1053, 100)
            .Sequence(0x0028_3000, false, writer.Item().Words(0x0028_3002, "SS", 3, -2, 16).Words(0x0028_3006, "OW", 7, 1000, -1))
            .Words(PixelData, "OW", -30, -2, -1, 0, 30));
        Assert.Equal([7, 7, 1000, 65535, 65535], image.Values);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Palettes_become_red_green_blue(bool isBigEndian)
    {
        DicomWriter Palette(short bits, Action<DicomWriter, uint, short> table)
        {
            var writer = new DicomWriter { IsBigEndian = isBigEndian }.Image(1, 4, 8, "PALETTE COLOR").Bytes(PixelData, "OB", [0, 10, 11, 200]);
            for (uint colour = 0; colour < 3; colour++)
            {
                writer.Words(0x0028_1101 + colour, "US", 2, 10, bits);
                table(writer, 0x0028_1201 + colour, (short)(colour * 40));
            }

            return writer;
        }

        // Colours 10 and 11 are in the table; what lies outside has the nearest.
        float[] expected = [1, 1, 2, 2, 41, 41, 42, 42, 81, 81, 82, 82];
        var words = Read(Palette(16, (writer, tag, add) => writer.Words(tag, "OW", (short)(256 + add), (short)(512 + add))));
        Assert.Equal(expected.Select(value => (value % 40 * 256) + (value - (value % 40))), words.Values);
        Assert.Equal(3, words.Channels);
        Assert.False(words.HasByteValues);
        var bytes = Read(Palette(8, (writer, tag, add) => writer.Bytes(tag, "OW", isBigEndian ? [(byte)(2 + add), (byte)(1 + add)] : [(byte)(1 + add), (byte)(2 + add)])));
        Assert.Equal(expected, bytes.Values);
        Assert.True(bytes.HasByteValues);
        var missing = Assert.Throws<ImageFormatException>(() => Read(Palette(16, (writer, tag, add) => writer.Words(tag, "OW", 1)).Remove(0x0028_1202)));
        Assert.Contains("Palette", missing.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Colours_come_by_pixel_or_by_plane()
    {
        float[] expected = [1, 2, 11, 12, 101, 102];
        Assert.Equal(expected, Read(new DicomWriter().Image(1, 2, 8, "RGB", 3).Words(0x0028_0006, "US", 0).Bytes(PixelData, "OB", [1, 11, 101, 2, 12, 102])).Values);
        Assert.Equal(expected, Read(new DicomWriter().Image(1, 2, 8, "RGB", 3).Words(0x0028_0006, "US", 1).Bytes(PixelData, "OB", [1, 2, 11, 12, 101, 102])).Values);

        // Bytes that were written as big-endian words have changed places.
        Assert.Equal(expected, Read(new DicomWriter { IsBigEndian = true }.Image(1, 2, 8, "RGB", 3).Words(0x0028_0006, "US", 0).Bytes(PixelData, "OW", [11, 1, 2, 101, 102, 12])).Values);

        var frames = Read(new DicomWriter().Image(1, 1, 8, "RGB", 3).Words(0x0028_0006, "US", 0).Text(0x0028_0008, "IS", "2").Bytes(PixelData, "OB", [1, 2, 3, 4, 5, 6]));
        Assert.Equal([2, 1, 1], frames.SpatialShape);
        Assert.Equal([1, 4, 2, 5, 3, 6], frames.Values);
        Assert.True(frames.HasByteValues);
    }

    [Fact]
    public void Luminance_and_chrominances_become_red_green_blue()
    {
        // Pure red, green and blue by the equations of the standard, and a grey.
        byte[] ybr = [76, 85, 255, 150, 44, 21, 29, 255, 107, 90, 128, 128];
        float[] expected = [254, 0, 0, 90, 0, 255, 0, 90, 0, 1, 254, 90];
        var full = Read(new DicomWriter().Image(2, 2, 8, "YBR_FULL", 3).Words(0x0028_0006, "US", 0).Bytes(PixelData, "OB", ybr));
        Assert.Equal(expected.Length, full.Values.Length);
        Assert.All(expected.Zip(full.Values), pair => Assert.Equal(pair.First, pair.Second, 1f));
        Assert.True(full.HasByteValues);

        var shared = Read(new DicomWriter().Image(1, 4, 8, "YBR_FULL_422", 3).Words(0x0028_0006, "US", 0).Bytes(PixelData, "OB", [10, 20, 128, 128, 76, 76, 85, 255]));
        Assert.Equal([10, 20, 254, 254, 10, 20, 0, 0, 10, 20, 0, 0], shared.Values.Select(value => value == 1 ? 0 : value));
        // Called 422, but with chrominances for every pixel.
        Assert.Equal(full.Values, Read(new DicomWriter().Image(2, 2, 8, "YBR_FULL_422", 3).Words(0x0028_0006, "US", 0).Bytes(PixelData, "OB", ybr)).Values);
        var odd = new DicomWriter().Image(1, 3, 8, "YBR_FULL_422", 3).Words(0x0028_0006, "US", 0).Bytes(PixelData, "OB", new byte[6]);
        Assert.Contains("even number of columns", Assert.Throws<ImageFormatException>(() => Read(odd)).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Frames_are_a_volume_or_one_of_them_an_image()
    {
        var writer = DicomWriter.Grey(1, 2, 1, 2, 3, 4, 5, 6).Text(0x0028_0008, "IS", "3").Numbers(0x0028_0030, 0.5, 0.25).Numbers(0x0018_0088, -4);
        var volume = Read(writer);
        Assert.Equal([3, 1, 2], volume.SpatialShape);
        Assert.Equal([4, 0.5, 0.25], volume.SpacingMillimetres);
        var second = Read(writer, new ImageReadOptions { Frame = 1 });
        Assert.Equal([1, 2], second.SpatialShape);
        Assert.Equal([3, 4], second.Values);
        Assert.Equal([0.5, 0.25], second.SpacingMillimetres);
        foreach (var frame in (int[])[-1, 3])
        {
            Assert.Contains("no frame", Assert.Throws<ImageFormatException>(() => Read(writer, new ImageReadOptions { Frame = frame })).Problem, StringComparison.Ordinal);
        }

        Assert.Null(Read(writer.Remove(0x0018_0088)).SpacingMillimetres);
    }

    [Fact]
    public void Run_lengths_are_expanded()
    {
        // Two planes of a 16-bit image of 2 x 3: a literal run, a repeated one, a byte without meaning.
        byte[] high = [unchecked((byte)-5), 1];
        byte[] low = [2, 10, 20, 30, 0x80, unchecked((byte)-2), 7];
        var frame = RunLengthFrame(high, low);
        DicomWriter Image(byte[] fragment) => new DicomWriter { TransferSyntax = RunLength }.Image(2, 3, 16, "MONOCHROME2").Fragments([], fragment);
        Assert.Equal([266, 276, 286, 263, 263, 263], Read(Image(frame)).Values);
        foreach (var broken in (byte[][])[RunLengthFrame(high, low[..^1]), RunLengthFrame(high), RunLengthFrame(high, [3, 10, 20, 30]), RunLengthFrame(high, [127, .. new byte[128]]), frame[..63]])
        {
            Assert.Throws<ImageFormatException>(() => Read(Image(broken)));
        }
    }

    [Theory]
    [InlineData(Baseline)]
    [InlineData(RunLength)]
    public void Sizes_that_the_bytes_cannot_hold_take_no_memory(string syntax)
    {
        var writer = new DicomWriter { TransferSyntax = syntax }.Image(-1, 4000, 8, "MONOCHROME2").Fragments([], new byte[1000]);
        var bytes = writer.ToArray();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("cannot hold", Assert.Throws<ImageFormatException>(() => new DicomReader().Read(bytes, "x.dcm", new ImageReadOptions())).Problem, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    private static float[] Read32(bool isSigned, uint value) =>
        Read(new DicomWriter().Image(1, 1, 32, "MONOCHROME2", isSigned: isSigned).Bytes(PixelData, "OW", BitConverter.GetBytes(value))).Values;

    private static byte[] RunLengthFrame(params byte[][] segments)
    {
        var header = new byte[64];
        BitConverter.TryWriteBytes(header, segments.Length);
        for (var (i, at) = (0, 64); i < segments.Length; at += segments[i].Length, i++)
        {
            BitConverter.TryWriteBytes(header.AsSpan(4 + (4 * i)), at);
        }

        return [.. header, .. segments.SelectMany(segment => segment)];
    }

    private static DecodedImage Read(DicomWriter writer, ImageReadOptions? options = null) => new DicomReader().Read(writer.ToArray(), "test.dcm", options ?? new ImageReadOptions());
}
