using Microsoft.ML.Data;
using TruncatedTL.MLNet.Explanations;
using TruncatedTL.MLNet.Tests.Support;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Explanations;

public sealed class OverlayTests : IDisposable
{
    private const int Gap = 3;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void TheImageShowsUnchanged_WhereTheMapIsZero_AndInTheLastColour_WhereItIsLargest()
    {
        // Grey levels 0 to 255 on 16 x 16; the map is one pixel.
        var pixels = Enumerable.Range(0, 256).Select(i => (float)i).ToArray();
        var map = new float[256];
        map[(5 * 16) + 9] = 3;
        var path = _folder.PathOf("overlay.png");
        Explain(pixels, map, [16, 16]).SaveOverlayPng(path, new OverlayOptions { Opacity = 1 });

        using var picture = MLImage.CreateFromFile(path);
        Assert.Equal(((2 * Gap) + 224, (2 * Gap) + 224), (picture.Width, picture.Height));
        for (var i = 0; i < 256; i++)
        {
            byte[] expected = i == (5 * 16) + 9 ? HeatColours.Of(1).ToArray() : [(byte)i, (byte)i, (byte)i];
            Assert.Equal(expected, ColourAt(picture, Gap + (i / 16 * 14) + 3, Gap + (i % 16 * 14) + 3));
        }

        Assert.Equal([path], Directory.GetFiles(_folder.FullName));
    }

    [Fact]
    public void ColourImages_StayColoured_AndMayStandBeside()
    {
        var pixels = new float[3 * 4];
        Array.Fill(pixels, 200, 0, 4);
        var path = _folder.PathOf("overlay.png");
        Explain(pixels, new float[4], [2, 2]).SaveOverlayPng(path, new OverlayOptions { ShowsImage = true });
        using var picture = MLImage.CreateFromFile(path);
        Assert.Equal((3 * Gap) + (2 * 224), picture.Width);
        Assert.Equal([200, 0, 0], ColourAt(picture, 10, 10));
        Assert.Equal([200, 0, 0], ColourAt(picture, 10, 300));
    }

    [Theory]
    [InlineData(16)]
    [InlineData(5)]
    [InlineData(1)]
    public void OfAVolume_TheSliceWithTheMaximumIsShown(int slices)
    {
        var map = new float[40 * 8 * 8];
        map[(33 * 64) + 20] = 1;
        map[(3 * 64) + 20] = 0.5f;
        var path = _folder.PathOf("overlay.png");
        Explain(new float[map.Length], map, [40, 8, 8]).SaveOverlayPng(path, new OverlayOptions { Opacity = 1, MaximumSlices = slices });
        using var picture = MLImage.CreateFromFile(path);
        var columns = (int)Math.Ceiling(Math.Sqrt(slices));
        Assert.Equal(Gap + (columns * (128 + Gap)), picture.Width);
        Assert.Equal(Gap + ((slices + columns - 1) / columns * (128 + Gap)), picture.Height);
        var last = HeatColours.Of(1).ToArray();
        var found = 0;
        for (var y = 0; y < picture.Height; y++)
        {
            for (var x = 0; x < picture.Width; x++)
            {
                found += ColourAt(picture, y, x).SequenceEqual(last) ? 1 : 0;
            }
        }

        Assert.Equal(16 * 16, found);
    }

    [Fact]
    public void AMapWithoutAnythingForTheClass_IsEmpty()
    {
        var explanation = Explain(new float[4], [-1, -2, -3, -4], [2, 2]);
        Assert.Equal(new float[4], explanation.Map);
        Assert.Equal([-1, -2, -3, -4], explanation.RawMap);
        Assert.Equal([0, 0], explanation.MaximumPosition);
    }

    [Fact]
    public void WrongOptions_AreNamed_AndAnOldFileStays()
    {
        var path = _folder.Write("overlay.png", [1]);
        var explanation = Explain(new float[4], new float[4], [2, 2]);
        Assert.Throws<ArgumentOutOfRangeException>(() => explanation.SaveOverlayPng(path, new OverlayOptions { Opacity = 1.1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => explanation.SaveOverlayPng(path, new OverlayOptions { Opacity = double.NaN }));
        Assert.Throws<ArgumentOutOfRangeException>(() => explanation.SaveOverlayPng(path, new OverlayOptions { MaximumSlices = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new OverlayPicture([0], isByte: true, [100_000, 100_000], [0], new OverlayOptions()));
        Assert.Throws<ArgumentException>(() => explanation.SaveOverlayPng(" "));
        Assert.Equal([1], File.ReadAllBytes(path));
    }

    [Fact]
    public void TheColours_BecomeLighterInEvenSteps()
    {
        // CIE L*, not the Oklab that they were made in.
        var lightness = Enumerable.Range(0, 256).Select(i => Lightness(HeatColours.Of(i / 255f))).ToArray();
        Assert.InRange(lightness[0], 5, 20);
        Assert.InRange(lightness[^1], 90, 98);
        var steps = Enumerable.Range(0, 16).Select(i => lightness[Math.Min(255, (16 * i) + 16)] - lightness[16 * i]).ToArray();
        Assert.All(steps, step => Assert.InRange(step, 3, 7.5));
        Assert.Equal(256, Enumerable.Range(0, 256).Select(i => Convert.ToHexString(HeatColours.Of(i / 255f))).Distinct().Count());
    }

    private static Explanation Explain(float[] pixels, float[] map, int[] shape) => new(
        ExplanationMethod.GradCam, "layer1.0", new ClassDecision(0, "a", 0.5, 0, 1, 0), new CoarseMap(map, shape), map, shape, pixels, isByte: true);

    private static double Lightness(ReadOnlySpan<byte> colour)
    {
        var luminance = (0.2126 * Linear(colour[0])) + (0.7152 * Linear(colour[1])) + (0.0722 * Linear(colour[2]));
        return luminance > 0.008856 ? (116 * Math.Cbrt(luminance)) - 16 : 903.3 * luminance;
    }

    private static double Linear(byte value) => value / 255.0 <= 0.04045 ? value / 255.0 / 12.92 : Math.Pow(((value / 255.0) + 0.055) / 1.055, 2.4);

    private static byte[] ColourAt(MLImage image, int y, int x)
    {
        var start = 4 * ((y * image.Width) + x);
        var pixel = image.Pixels.Slice(start, 4);
        return image.PixelFormat == MLPixelFormat.Bgra32 ? [pixel[2], pixel[1], pixel[0]] : [pixel[0], pixel[1], pixel[2]];
    }
}
