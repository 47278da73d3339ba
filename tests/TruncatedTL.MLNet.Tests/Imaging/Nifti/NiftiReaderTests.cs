using FsCheck.Xunit;
using TruncatedTL.MLNet.Imaging;
using TruncatedTL.MLNet.Tests.Imaging.Samples;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Imaging.Nifti;

public sealed class NiftiReaderTests
{
    // NIfTI's number, bytes, and the value of the little-endian bytes.
    private static readonly (int DataType, int Bytes, Func<byte[], int, double> Value)[] Types =
    [
        (2, 1, (bytes, at) => bytes[at]),
        (256, 1, (bytes, at) => (sbyte)bytes[at]),
        (4, 2, (bytes, at) => BitConverter.ToInt16(bytes, at)),
        (512, 2, (bytes, at) => BitConverter.ToUInt16(bytes, at)),
        (8, 4, (bytes, at) => BitConverter.ToInt32(bytes, at)),
        (768, 4, (bytes, at) => BitConverter.ToUInt32(bytes, at)),
        (1024, 8, (bytes, at) => BitConverter.ToInt64(bytes, at)),
        (1280, 8, (bytes, at) => BitConverter.ToUInt64(bytes, at)),
        (16, 4, (bytes, at) => BitConverter.ToSingle(bytes, at)),
        (64, 8, (bytes, at) => BitConverter.ToDouble(bytes, at)),
    ];

    private static readonly ImageReadOptions Ras = new() { ReorientToRas = true };

    [Property(MaxTest = 300, Replay = "20261103,1234567891")]
    public void What_is_written_is_read(byte type, bool isVersion2, bool isBigEndian, bool isCompressed, bool isScaled, int seed)
    {
        var (dataType, numberBytes, value) = Types[type % Types.Length];
        var random = new Random(seed);
        var (width, height, depth, frames) = (random.Next(1, 8), random.Next(1, 8), random.Next(1, 6), random.Next(1, 4));
        var bytes = new byte[width * height * depth * frames * numberBytes];
        random.NextBytes(bytes);
        var writer = new NiftiWriter
        {
            DataType = dataType,
            NumberBytes = numberBytes,
            IsVersion2 = isVersion2,
            IsBigEndian = isBigEndian,
            Dimensions = [width, height, depth, frames],
            Spacing = [0.5, 2, 3],
            Slope = isScaled ? 0.25 : 0,
            Intercept = 17,
            VoxelOffset = random.Next(2) == 0 ? 0 : null,
        };
        var file = isCompressed ? NiftiWriter.Gzip(writer.Write(bytes)) : writer.Write(bytes);
        var frame = random.Next(frames);

        var image = ImageReaders.Read(file, "written", new ImageReadOptions { Frame = frame });

        Assert.Equal([depth, height, width], image.SpatialShape);
        Assert.Equal([3, 2, 0.5], image.SpacingMillimetres);
        Assert.Equal(dataType == 2 && !isScaled, image.HasByteValues);
        var voxels = width * height * depth;
        for (var i = 0; i < voxels; i++)
        {
            var stored = value(bytes, ((frame * voxels) + i) * numberBytes);
            Assert.Equal((float)(isScaled ? (stored * 0.25) + 17 : stored), image.Values[i]);
        }
    }

    [Theory]
    [InlineData(0, 100, new[] { 1f, 2f })]
    [InlineData(double.NaN, 100, new[] { 1f, 2f })]
    [InlineData(double.PositiveInfinity, 100, new[] { 1f, 2f })]
    [InlineData(1, 0, new[] { 1f, 2f })]
    [InlineData(1, -1, new[] { 0f, 1f })]
    [InlineData(-2, 0.5, new[] { -1.5f, -3.5f })]
    public void The_slope_scales_where_it_is_a_number_other_than_zero(double slope, double intercept, float[] expected)
    {
        var image = ImageReaders.Read(new NiftiWriter { Dimensions = [2, 1, 1], Slope = slope, Intercept = intercept }.Write([1, 2]), "a.nii");
        Assert.Equal(expected, image.Values);
        Assert.Equal(expected[0] == 1, image.HasByteValues);
        ImagingSupport.AssertRefused(new NiftiWriter { Dimensions = [2, 1, 1], Slope = 2, Intercept = double.NaN }.Write([1, 2]), "a.nii", "adds NaN");
    }

    [Fact]
    public void Colours_become_planes_and_are_never_scaled()
    {
        var image = ImageReaders.Read(new NiftiWriter { Dimensions = [2, 1, 1], DataType = 128, Slope = 3 }.Write([1, 2, 3, 4, 5, 6]), "a.nii");
        Assert.Equal((3, true), (image.Channels, image.HasByteValues));
        Assert.Equal([1, 1, 2], image.SpatialShape);
        Assert.Equal([1f, 4, 2, 5, 3, 6], image.Values);
    }

    [Fact]
    public void Values_that_are_no_numbers_are_kept()
    {
        var image = ImageReaders.Read(new NiftiWriter { Dimensions = [2], DataType = 16, NumberBytes = 4, Slope = 2 }.Write([0, 0, 192, 127, 0, 0, 128, 63]), "a.nii");
        Assert.Equal([float.NaN, 2f], image.Values);
        Assert.Equal([1, 2], image.SpatialShape);
    }

    [Theory]
    [InlineData(1, 2000)]
    [InlineData(2, 2)]
    [InlineData(3, 0.002)]
    [InlineData(0, 2)]
    [InlineData(2 + 16, 2)]
    public void Spacing_is_in_millimetres_whatever_the_unit(int units, double expected)
    {
        var image = ImageReaders.Read(new NiftiWriter { Dimensions = [1, 1, 1], Spacing = [2, -2, 2], Units = units }.Write([1]), "a.nii");
        Assert.All(image.SpacingMillimetres!, length => Assert.Equal(expected, length, 9));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_spacing_that_makes_no_sense_is_no_spacing(double length)
    {
        Assert.Null(ImageReaders.Read(new NiftiWriter { Dimensions = [1, 1, 1], Spacing = [1, 1, length] }.Write([1]), "a.nii").SpacingMillimetres);
    }

    [Fact]
    public void Two_dimensions_give_an_image_and_turning_may_make_it_a_volume()
    {
        var slice = new NiftiWriter { Dimensions = [3, 2], Spacing = [0.5, 2], AffineCode = 1, Affine = [[-1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]] };
        Assert.Equal([2, 3], ImageReaders.Read(slice.Write([1, 2, 3, 4, 5, 6]), "a.nii").SpatialShape);
        var turned = ImageReaders.Read(slice.Write([1, 2, 3, 4, 5, 6]), "a.nii", Ras);
        Assert.Equal([2, 3], turned.SpatialShape);
        Assert.Equal([2, 0.5], turned.SpacingMillimetres);
        Assert.Equal([3f, 2, 1, 6, 5, 4], turned.Values);

        var coronal = slice with { Affine = [[1, 0, 0, 0], [0, 0, 1, 0], [0, 1, 0, 0]] };
        Assert.Equal([2, 1, 3], ImageReaders.Read(coronal.Write([1, 2, 3, 4, 5, 6]), "a.nii", Ras).SpatialShape);
    }

    [Fact]
    public void Nothing_is_turned_where_the_orientation_is_unknown()
    {
        ImagingSupport.AssertRefused(new NiftiWriter { Dimensions = [1, 1, 2] }.Write([1, 2]), "a.nii", "does not state the orientation", Ras);
        var flat = new NiftiWriter { Dimensions = [1, 1, 2], AffineCode = 1, Affine = [[1, 1, 0, 0], [1, 1, 0, 0], [0, 0, 1, 0]] };
        ImagingSupport.AssertRefused(flat.Write([1, 2]), "a.nii", "does not state the orientation", Ras);
        ImagingSupport.AssertRefused((flat with { Affine = [[double.NaN, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]] }).Write([1, 2]), "a.nii", "does not state the orientation", Ras);
    }

    [Fact]
    public void Points_in_time_are_chosen_by_their_number()
    {
        var file = new NiftiWriter { Dimensions = [1, 1, 1, 3] }.Write([5, 6, 7]);
        ImagingSupport.AssertRefused(file, "a.nii", "has 3 points in time");
        Assert.Equal([7f], ImageReaders.Read(file, "a.nii", new ImageReadOptions { Frame = 2 }).Values);
        ImagingSupport.AssertRefused(file, "a.nii", "there are 0 to 2", new ImageReadOptions { Frame = 3 });
        ImagingSupport.AssertRefused(file, "a.nii", "there are 0 to 2", new ImageReadOptions { Frame = -1 });
        ImagingSupport.AssertRefused(new NiftiWriter { Dimensions = [1, 1, 1, 1, 3] }.Write([5, 6, 7]), "a.nii", "several values per voxel");
    }

    [Fact]
    public void Files_in_two_parts_are_refused_with_what_to_do()
    {
        ImagingSupport.AssertRefused(new NiftiWriter { Dimensions = [1, 1, 1], IsPair = true }.Write([1]), "a.hdr", "convert them into one .nii");
        ImagingSupport.AssertRefused(new NiftiWriter { Dimensions = [1, 1, 1], IsPair = true, IsVersion2 = true }.Write([1]), "a.hdr", "convert them into one .nii");
        ImagingSupport.AssertRefused(new byte[64], "a.img", "convert them into one .nii");
        var analyze = new NiftiWriter { Dimensions = [1, 1, 1] }.Write([1]);
        analyze.AsSpan(344, 4).Clear();
        ImagingSupport.AssertRefused(analyze, "a.hdr", "convert them into one .nii");
    }

    [Theory]
    [InlineData(32, "Complex64")]
    [InlineData(1536, "Float128")]
    [InlineData(2304, "Rgba32")]
    [InlineData(77, "77")]
    public void Other_types_are_refused_by_name(int dataType, string expected)
    {
        ImagingSupport.AssertRefused(new NiftiWriter { Dimensions = [1, 1, 1], DataType = dataType }.Write(new byte[64]), "a.nii", expected);
    }

    [Fact]
    public void Cut_files_are_refused_at_every_length()
    {
        var file = new NiftiWriter { Dimensions = [5, 4, 3] }.Write([.. Enumerable.Range(0, 60).Select(i => (byte)(i * i))]);
        ImagingSupport.AssertEveryCutIsRefused(file, "cut.nii");

        // The last bytes are an end mark and gzip's checksum and length; the voxels are complete without them.
        ImagingSupport.AssertEveryCutIsRefused(NiftiWriter.Gzip(file)[..^12], "cut.nii.gz");
    }

    [Fact]
    public void Damage_to_compressed_voxels_is_noticed()
    {
        var file = NiftiWriter.Gzip(new NiftiWriter { Dimensions = [5, 4, 3] }.Write(new byte[60]));
        file[^6] ^= 1;
        ImagingSupport.AssertRefused(file, "a.nii.gz", "gzip stream is damaged");
    }

    [Fact]
    public void Claims_are_checked_before_memory_is_taken()
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var plain = new NiftiWriter { Dimensions = [600, 600, 600] }.Write(new byte[10]);
        ImagingSupport.AssertRefused(plain, "a.nii", "cut short");
        ImagingSupport.AssertRefused(NiftiWriter.Gzip(plain), "a.nii.gz", "cannot hold");
        ImagingSupport.AssertRefused(new NiftiWriter { Dimensions = [32767, 32767, 32767] }.Write([1]), "a.nii", "the limit is");
        ImagingSupport.AssertRefused(new NiftiWriter { Dimensions = [long.MaxValue, 2, 2], IsVersion2 = true }.Write([1]), "a.nii", "not one of an image");
        ImagingSupport.AssertRefused(new NiftiWriter { Dimensions = [1, 1, 1, long.MaxValue], IsVersion2 = true }.Write([1]), "a.nii", "cut short", new ImageReadOptions { Frame = 0 });
        ImagingSupport.AssertRefused(new NiftiWriter { Dimensions = [1, 1, 1, -1] }.Write([1]), "a.nii", "-1 points in time", new ImageReadOptions { Frame = 0 });
        ImagingSupport.AssertRefused(new NiftiWriter { Dimensions = [1, 0, 1] }.Write([1]), "a.nii", "not one of an image");
        ImagingSupport.AssertRefused(new NiftiWriter { Dimensions = [1, 1, 1, 1, 1, 1, 1, 1] }.Write([1]), "a.nii", "1 to 7 dimensions");
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);
    }

    [Theory]
    [InlineData(351.5)]
    [InlineData(12)]
    [InlineData(-352)]
    [InlineData(1e30)]
    [InlineData(double.NaN)]
    public void Voxels_must_begin_at_a_byte_behind_the_header(double offset)
    {
        ImagingSupport.AssertRefused(new NiftiWriter { Dimensions = [1, 1, 1], VoxelOffset = offset }.Write([1]), "a.nii", "puts the voxels at byte");
    }

    [Fact]
    public void A_bomb_behind_the_voxels_is_not_inflated()
    {
        var bomb = NiftiWriter.Gzip([.. new NiftiWriter { Dimensions = [2, 1, 1] }.Write([3, 4]), .. new byte[1 << 24]]);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal([3f, 4f], ImageReaders.Read(bomb, "bomb.nii.gz").Values);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }
}
