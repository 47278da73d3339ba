using Microsoft.ML.Data;
using TruncatedTL.MLNet.Files;
using TruncatedTL.MLNet.Tests.Support;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Files;

public sealed class PngFileTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 200)]
    [InlineData(257, 5)]
    public void AnotherDecoder_ReadsTheSamePixels(int width, int height)
    {
        using var path = new TemporaryPath(".png");
        var pixels = new byte[3 * width * height];
        new Random(width).NextBytes(pixels);
        PngFile.Write(path.Path, pixels, width, height);

        using var picture = MLImage.CreateFromFile(path.Path);
        Assert.Equal((width, height), (picture.Width, picture.Height));
        var decoded = picture.Pixels;
        var isBlueFirst = picture.PixelFormat == MLPixelFormat.Bgra32;
        for (var i = 0; i < width * height; i++)
        {
            var (first, last) = (decoded[4 * i], decoded[(4 * i) + 2]);
            var colours = isBlueFirst ? (last, decoded[(4 * i) + 1], first) : (first, decoded[(4 * i) + 1], last);
            Assert.Equal((pixels[3 * i], pixels[(3 * i) + 1], pixels[(3 * i) + 2]), colours);
        }
    }

    [Fact]
    public void PixelsThatDoNotFitTheSize_AreRefused()
    {
        using var path = new TemporaryPath(".png");
        Assert.Throws<ArgumentException>(() => PngFile.Write(path.Path, new byte[11], 2, 2));
        Assert.Throws<ArgumentException>(() => PngFile.Write(path.Path, [], 0, 2));
        Assert.Throws<ArgumentException>(() => PngFile.Write(path.Path, [], -1, 0));
        Assert.False(File.Exists(path.Path));
    }
}
