using TruncatedTL.MLNet.Networks;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Networks;

public class PixelNormalizationTests
{
    [Fact]
    public void ImageNet_BringsItsMeanToZeroAndOneDeviationToOne()
    {
        var (factor, offset) = PixelNormalization.ImageNet.ForChannels(3);

        for (var channel = 0; channel < 3; channel++)
        {
            var mean = 255 * PixelNormalization.ImageNet.Mean[channel];
            var deviation = 255 * PixelNormalization.ImageNet.StandardDeviation[channel];
            Assert.Equal(0, mean * factor[channel] + offset[channel], 1e-5);
            Assert.Equal(1, (mean + deviation) * factor[channel] + offset[channel], 1e-5);
        }
    }

    [Fact]
    public void ForChannels_OfAnotherNumber_UsesTheAverages()
    {
        var (factor, offset) = PixelNormalization.ImageNet.ForChannels(1);
        var deviation = (0.229 + 0.224 + 0.225) / 3;

        Assert.Equal(1 / (255 * deviation), Assert.Single(factor), 1e-7);
        Assert.Equal(-(0.485 + 0.456 + 0.406) / 3 / deviation, Assert.Single(offset), 1e-6);
    }

    [Fact]
    public void OneConstant_ServesAllChannels()
    {
        var (factor, offset) = new PixelNormalization(1, [0.5], [0.25]).ForChannels(4);

        Assert.Equal([4f, 4f, 4f, 4f], factor);
        Assert.Equal([-2f, -2f, -2f, -2f], offset);
    }

    [Fact]
    public void WithScale_KeepsTheConstants()
    {
        var scaled = PixelNormalization.ImageNet.WithScale(1);

        Assert.Equal(1, scaled.Scale);
        Assert.Equal(PixelNormalization.ImageNet.Mean, scaled.Mean);
        Assert.Equal("value / 1, mean (0.485, 0.456, 0.406), standard deviation (0.229, 0.224, 0.225)", scaled.ToString());
    }

    [Theory]
    [InlineData(0, 0.5, 0.5)]
    [InlineData(-1, 0.5, 0.5)]
    [InlineData(double.NaN, 0.5, 0.5)]
    [InlineData(double.PositiveInfinity, 0.5, 0.5)]
    [InlineData(1, double.NaN, 0.5)]
    [InlineData(1, 0.5, 0)]
    [InlineData(1, 0.5, -1)]
    [InlineData(1, 0.5, double.NaN)]
    public void UnusableConstants_Throw(double scale, double mean, double deviation) =>
        Assert.Throws<ArgumentException>(() => new PixelNormalization(scale, [mean], [deviation]));

    [Fact]
    public void UnequalLengths_Throw()
    {
        Assert.Throws<ArgumentException>(() => new PixelNormalization(1, [0.5, 0.5], [0.5]));
        Assert.Throws<ArgumentException>(() => new PixelNormalization(1, [], []));
        Assert.Throws<ArgumentNullException>(() => new PixelNormalization(1, null!, [0.5]));
        Assert.Throws<ArgumentNullException>(() => new PixelNormalization(1, [0.5], null!));
    }
}
