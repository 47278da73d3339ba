using SkiaSharp;
using TruncatedTL.MLNet.Data;
using TruncatedTL.MLNet.Imaging;
using TruncatedTL.MLNet.Tests.Imaging.Samples;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Imaging.Raster;

/// <summary>JPEG, BMP, WebP and GIF; that their values are right, RasterReferenceTests show.</summary>
public sealed class SkiaReaderTests
{
    private static readonly byte[] Greys = [.. Enumerable.Range(0, 256).SelectMany(i => new[] { (byte)i, (byte)i, (byte)i, (byte)0 })];

    [Fact]
    public void A_bmp_palette_of_greys_gives_one_channel_and_one_with_colours_three()
    {
        var grey = ImageReaders.Read(SmallFormats.Bmp(3, 2, [1, 2, 3, 4, 5, 250], Greys), "a.bmp");
        Assert.Equal((1, true), (grey.Channels, grey.HasByteValues));
        Assert.Equal([2, 3], grey.SpatialShape);
        Assert.Equal([1f, 2, 3, 4, 5, 250], grey.Values);

        byte[] reddish = [.. Greys];
        reddish[4 + 2] = 99;
        Assert.Equal([99f, 2, 1, 2, 1, 2], ImageReaders.Read(SmallFormats.Bmp(2, 1, [1, 2], reddish), "a.bmp").Values);
        Assert.Equal([3f, 6, 2, 5, 1, 4], ImageReaders.Read(SmallFormats.Bmp(2, 1, [1, 2, 3, 4, 5, 6]), "a.bmp").Values);
    }

    [Fact]
    public void Only_the_first_frame_of_an_animation_is_read()
    {
        var palette = Enumerable.Range(0, 384).Select(i => (byte)(255 - (i / 3))).ToArray();
        var animation = SmallFormats.Gif(2, 1, [5, 100], palette, frames: 2);
        Assert.Equal([250f, 155, 250, 155, 250, 155], ImageReaders.Read(animation, "a.gif").Values);
        Assert.Equal([250f, 155, 250, 155, 250, 155], ImageReaders.Read(animation, "a.gif", new ImageReadOptions { Frame = 0 }).Values);
        ImagingSupport.AssertRefused(animation, "a.gif", "only the first frame", new ImageReadOptions { Frame = 1 });
    }

    [Theory]
    [InlineData("grey.jpg", 1)]
    [InlineData("rgb.jpg", 3)]
    [InlineData("lossy.webp", 3)]
    [InlineData("lossless.webp", 3)]
    [InlineData("still.gif", 3)]
    [InlineData("grey8.bmp", 1)]
    [InlineData("rgb.bmp", 3)]
    public void Cut_files_are_refused(string sampleName, int channels)
    {
        var content = SampleFiles.All.Single(sample => sample.Name == sampleName).Content;
        Assert.Equal(channels, ImageReaders.Read(content, sampleName).Channels);

        // The last few bytes may be an end mark or filling, without which the image is complete.
        ImagingSupport.AssertEveryCutIsRefused(content[..^4], sampleName);
    }

    [Theory]
    [InlineData("grey.jpg")]
    [InlineData("lossless.webp")]
    [InlineData("still.gif")]
    [InlineData("grey8.bmp")]
    public void Huge_sizes_are_refused(string sampleName)
    {
        var content = (byte[])SampleFiles.All.Single(sample => sample.Name == sampleName).Content.Clone();
        var at = sampleName switch
        {
            "grey.jpg" => content.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xC0]) + 5,
            "lossless.webp" => 21,
            "still.gif" => 6,
            _ => 18,
        };
        byte[] size = sampleName == "grey8.bmp" ? [0xFF, 0xFF, 0, 0, 0xFF, 0xFF, 0, 0] : [0xFF, 0xFF, 0xFF, 0x7F];
        size.CopyTo(content, at);
        var before = GC.GetAllocatedBytesForCurrentThread();
        ImagingSupport.AssertRefused(content, sampleName, string.Empty);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);
    }

    [Fact]
    public void Transparency_lies_over_black()
    {
        byte[] pixels = [200, 100, 50, 255, 200, 100, 50, 128, 200, 100, 50, 0];
        var image = ImageReaders.Read(SmallFormats.Encode(3, 1, pixels, SKEncodedImageFormat.Webp, 100), "a.webp");
        Assert.Equal([200f, 100, 0, 100, 50, 0, 50, 25, 0], image.Values);
    }

    [Fact]
    public void Another_formats_content_does_not_pass_by_its_suffix()
    {
        var reader = ImageReaders.All.Single(candidate => candidate.Name == "JPEG");
        var gif = SampleFiles.All.Single(sample => sample.Name == "still.gif").Content;
        var error = Assert.Throws<ImageFormatException>(() => reader.Read(gif, "a.jpg", new ImageReadOptions()));
        Assert.Contains("not JPEG", error.Problem, StringComparison.Ordinal);
    }
}
