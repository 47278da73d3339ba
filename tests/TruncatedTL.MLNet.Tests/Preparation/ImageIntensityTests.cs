using TruncatedTL.MLNet.Data;
using TruncatedTL.MLNet.Imaging;
using TruncatedTL.MLNet.Preparation;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Preparation;

public sealed class ImageIntensityTests
{
    [Fact]
    public void A_window_maps_its_ends_to_black_and_white_and_clips()
    {
        Assert.Equal([0, 0, 0.5f, 1, 1], Applied(ImageIntensity.CtSoftTissue, [-1000, -160, 40, 240, 3000]));
        Assert.Equal([0, 127.5f, 255], Applied(ImageIntensity.Window(40, 400, maximum: 255), [-160, 40, 240]));
        Assert.Equal([0, 0.5f, 1], Applied(ImageIntensity.CtLung, [-1350, -600, 150]));
        Assert.Equal([0, 0.5f, 1], Applied(ImageIntensity.CtBone, [-500, 400, 1300]));
        Assert.Equal([-1000, 7.25f, 5000], Applied(ImageIntensity.Unchanged, [-1000, 7.25f, 5000]));
        Assert.Equal([0, 17, 255, 255], Applied(ImageIntensity.EightBit, [-3, 17, 255, 4095]));
    }

    [Fact]
    public void The_files_first_window_comes_before_the_fallback()
    {
        var intensity = ImageIntensity.FileWindow(ImageIntensity.Range(0, 100));
        Assert.Equal([0, 0.5f, 1], Applied(intensity, [10, 15, 20], windows: [new IntensityWindow(15, 10), new IntensityWindow(0, 1)]));
        Assert.Equal([0.25f, 0.5f, 1], Applied(intensity, [25, 50, 200]), (a, b) => Math.Abs(a - b) < 1e-6);
        Assert.Throws<ImageFormatException>(() => Applied(intensity, [1, 2], windows: [new IntensityWindow(1e300, 10)]));
    }

    [Fact]
    public void Bright_is_bright_where_the_lowest_value_is_white()
    {
        Assert.Equal([1, 0.75f, 0], Applied(ImageIntensity.Range(0, 100), [0, 25, 100], lowestIsWhite: true));
        Assert.Equal([1, 0], Applied(ImageIntensity.XRay, [10, 20], lowestIsWhite: true, windows: [new IntensityWindow(15, 10)]));
        Assert.Equal([3, 4], Applied(ImageIntensity.Unchanged, [3, 4], lowestIsWhite: true));
    }

    [Fact]
    public void Percentiles_are_those_of_NumPy()
    {
        var random = new Random(1);
        foreach (var count in new[] { 1, 2, 3, 10, 1000, 4097 })
        {
            // Negative numbers, zeros of both signs, tiny ones and many equal ones.
            var values = Enumerable.Range(0, count).Select(i => (i % 5) switch
            {
                0 => (float)(random.NextDouble() - 0.5) * 4000,
                1 => random.Next(-3, 3),
                2 => (float)(random.NextDouble() * 1e-30),
                3 => -0f,
                _ => random.Next(100_000),
            }).ToArray();
            var sorted = values.Select(v => (double)v).Order().ToArray();
            foreach (var (lower, upper) in new[] { (0.0, 100.0), (0.5, 99.5), (1, 99), (25, 50), (33.3, 33.4) })
            {
                var (a, b) = PercentileFinder.Find(values, lower, upper);
                Assert.Equal(Reference(lower), a, 1e-9);
                Assert.Equal(Reference(upper), b, 1e-9);
            }

            double Reference(double percentage)
            {
                var position = percentage / 100 * (count - 1);
                var floor = (int)position;
                return sorted[floor] + ((position - floor) * (sorted[Math.Min(floor + 1, count - 1)] - sorted[floor]));
            }
        }

        // numpy.percentile([3, 1, 4, 1, 5, 9, 2, 6], [10, 90]) is [1.0, 6.9].
        var (tenth, ninetieth) = PercentileFinder.Find([3, 1, 4, 1, 5, 9, 2, 6], 10, 90);
        Assert.Equal(1.0, tenth, 1e-12);
        Assert.Equal(6.9, ninetieth, 1e-12);
    }

    [Fact]
    public void Percentiles_of_an_image_of_one_value_make_it_black()
    {
        Assert.Equal([0, 0, 0], Applied(ImageIntensity.MagneticResonance, [7, 7, 7]));
        Assert.Equal([0, 0], Applied(ImageIntensity.MagneticResonance, [7, 7], lowestIsWhite: true));
        Assert.Equal([0, 0.5f, 1], Applied(ImageIntensity.Percentiles(0, 100), [-2, 0, 2]));
    }

    [Fact]
    public void Impossible_intensities_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => ImageIntensity.Window(0, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => ImageIntensity.Window(double.NaN, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => ImageIntensity.Range(1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => ImageIntensity.Range(2, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => ImageIntensity.Range(0, 1e300));
        Assert.Throws<ArgumentOutOfRangeException>(() => ImageIntensity.Range(0, 1e-300));
        Assert.Throws<ArgumentOutOfRangeException>(() => ImageIntensity.Range(0, 1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => ImageIntensity.Range(0, 1, double.PositiveInfinity));
        Assert.Throws<ArgumentOutOfRangeException>(() => ImageIntensity.Percentiles(-1, 99));
        Assert.Throws<ArgumentOutOfRangeException>(() => ImageIntensity.Percentiles(50, 50));
        Assert.Throws<ArgumentOutOfRangeException>(() => ImageIntensity.Percentiles(double.NaN, 99));
        Assert.Throws<ArgumentException>(() => ImageIntensity.FileWindow(ImageIntensity.Unchanged));
        Assert.Throws<ArgumentException>(() => ImageIntensity.FileWindow(ImageIntensity.XRay));
    }

    private static float[] Applied(ImageIntensity intensity, float[] values, bool lowestIsWhite = false, IntensityWindow[]? windows = null) =>
        new ImagePreparation([1, values.Length]) { Intensity = intensity }
            .Apply(new DecodedImage(values, 1, [1, values.Length]) { LowestIsWhite = lowestIsWhite, Windows = windows ?? [] });
}
