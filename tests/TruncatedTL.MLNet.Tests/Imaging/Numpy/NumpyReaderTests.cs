using TruncatedTL.MLNet.Imaging;
using TruncatedTL.MLNet.Tests.Data.Numpy;
using TruncatedTL.MLNet.Tests.Support;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Imaging.Numpy;

public sealed class NumpyReaderTests
{
    [Theory]
    [InlineData(new[] { 4, 5 }, 1, new[] { 4, 5 })]
    [InlineData(new[] { 4, 3 }, 1, new[] { 4, 3 })]
    [InlineData(new[] { 4, 5, 3 }, 3, new[] { 4, 5 })]
    [InlineData(new[] { 3, 4, 5 }, 1, new[] { 3, 4, 5 })]
    [InlineData(new[] { 2, 4, 5, 3 }, 3, new[] { 2, 4, 5 })]
    public void The_last_dimension_decides_whether_there_are_colours(int[] shape, int channels, int[] spatialShape)
    {
        var file = NpyBuilder.CreateBytes(shape);
        var image = ImageReaders.Read(file, "a.npy");
        Assert.Equal(channels, image.Channels);
        Assert.Equal(spatialShape, image.SpatialShape);
        Assert.True(image.HasByteValues);
        var stored = NpyArrayTests.Read(file).AsSpan<byte>().ToArray();
        var pixels = stored.Length / channels;
        Assert.Equal(Enumerable.Range(0, stored.Length).Select(i => (float)stored[(i % pixels * channels) + (i / pixels)]), image.Values);
    }

    [Theory]
    [InlineData("|b1", new byte[] { 1, 0 }, new[] { 1f, 0f }, true)]
    [InlineData("|i1", new byte[] { 255, 7 }, new[] { -1f, 7f }, false)]
    [InlineData("<u2", new byte[] { 1, 2, 255, 255 }, new[] { 513f, 65535f }, false)]
    [InlineData(">i2", new byte[] { 252, 24, 0, 7 }, new[] { -1000f, 7f }, false)]
    [InlineData("<f4", new byte[] { 0, 0, 192, 127, 0, 0, 128, 63 }, new[] { float.NaN, 1f }, false)]
    public void Values_stay_as_they_are(string descriptor, byte[] bytes, float[] values, bool areBytes)
    {
        var image = ImageReaders.Read(NpyBuilder.Create(descriptor, [1, 2], bytes), "a.npy");
        Assert.Equal(values, image.Values);
        Assert.Equal(areBytes, image.HasByteValues);
        Assert.Null(image.SpacingMillimetres);
    }

    [Fact]
    public void What_is_no_image_is_refused()
    {
        ImagingSupport.AssertRefused(NpyBuilder.CreateBytes(5), "a.npy", "is no image");
        ImagingSupport.AssertRefused(NpyBuilder.CreateBytes(), "a.npy", "is no image");
        ImagingSupport.AssertRefused(NpyBuilder.CreateBytes(2, 2, 2, 2), "a.npy", "is no image");
        ImagingSupport.AssertRefused(NpyBuilder.CreateBytes(0, 3), "a.npy", "not one of an image");
        ImagingSupport.AssertRefused(NpyBuilder.Create("|S1", [1, 2], "ab"u8.ToArray()), "a.npy", "text");
        ImagingSupport.AssertRefused(NpyBuilder.Create("|O", [1, 1], [0x80, 2, (byte)'.']), "a.npy", "pickles");
        ImagingSupport.AssertRefused(NpyBuilder.Create("|u1", [1 << 15, 1 << 15], []), "a.npy", "there are 0");
        ImagingSupport.AssertRefused(NpyBuilder.CreateBytes(10, 10), "a.npy", "the limit is 99", new ImageReadOptions { MaxValues = 99 });
        ImagingSupport.AssertEveryCutIsRefused(NpyBuilder.CreateBytes(10, 10), "cut.npy");
    }

    [SkippableFact]
    public void An_archive_is_no_image()
    {
        var archive = File.ReadAllBytes(RepositoryFiles.RequireShared("data", "medmnist", "breastmnist.npz"));
        ImagingSupport.AssertRefused(archive, "breastmnist.npz", "neither the content nor the suffix");
        ImagingSupport.AssertRefused(archive, "renamed.npy", "not a NumPy array");
    }
}
