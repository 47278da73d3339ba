using System.Collections.Concurrent;
using SkiaSharp;
using TruncatedTL.MLNet.Imaging;
using TruncatedTL.MLNet.Preparation;
using TruncatedTL.MLNet.Tests.Imaging.Samples;
using TruncatedTL.MLNet.Tests.Support;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Imaging;

/// <summary>Memory that is used again holds nothing of an earlier image, and images that others may have are left alone.</summary>
public sealed class ReadOnceTests
{
    [Fact]
    public void Files_read_one_after_the_other_and_at_once_are_what_they_are_alone()
    {
        using var folder = new TemporaryFolder();
        var random = new Random(3);
        var paths = Enumerable.Range(0, 60).Select(i => folder.Write($"{i}{(i % 2 == 0 ? ".png" : ".jpg")}", Picture(random, i % 2 == 0, isGrey: i % 3 == 0))).ToArray();
        var preparation = new ImagePreparation([24, 20], channels: 3);
        var expected = paths.Select(path => preparation.Apply(ImageReaders.Read(path))).ToArray();
        var failures = new ConcurrentBag<string>();
        Parallel.For(0, 8 * paths.Length, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i =>
        {
            if (!preparation.Load(paths[i % paths.Length]).AsSpan().SequenceEqual(expected[i % paths.Length]))
            {
                failures.Add(paths[i % paths.Length]);
            }
        });
        Assert.Empty(failures);
    }

    [Fact]
    public void Only_what_a_reader_of_bytes_has_made_is_given_back()
    {
        var png = PngWriter.Write(3, 2, 8, PngWriter.Grey, [1, 2, 3, 4, 5, 6]);
        var once = ImageReaders.ReadOnce(png, "a.png", new ImageReadOptions());
        Assert.True(once.IsOwned);
        Assert.NotNull(once.Bytes);
        once.Release();
        once.Release();
        Assert.Null(once.Bytes);

        // An image that anybody may keep is not touched.
        var kept = ImageReaders.Read(png, "a.png");
        kept.Release();
        Assert.Equal([1f, 2, 3, 4, 5, 6], kept.Values);
        var tiff = SampleFiles.All.First(sample => sample.Reader == "TIFF");
        Assert.False(ImageReaders.ReadOnce(tiff.Content, tiff.Name, new ImageReadOptions()).IsOwned);
    }

    [Theory]
    [InlineData(true, 1, 0)]
    [InlineData(true, 3, 1)]
    [InlineData(true, 3, 4)]
    [InlineData(false, 3, 0)]
    public void Filters_of_wide_rows_are_undone(bool opaque, int channels, int extra)
    {
        // Several vectors wide, and not a whole number of them; all five filters in turn.
        var (width, height) = (97 + extra, 23);
        var random = new Random(channels + extra);
        var samples = channels + (opaque ? 0 : 1);
        int[] stored = [.. Enumerable.Range(0, width * height * samples).Select(i => !opaque && i % samples == channels ? 255 : random.Next(256))];
        var colour = (channels, opaque) switch { (1, _) => PngWriter.Grey, (_, true) => PngWriter.Rgb, _ => PngWriter.RgbAlpha };
        var image = ImageReaders.Read(PngWriter.Write(width, height, 8, colour, stored), "a.png");
        for (var i = 0; i < image.Values.Length; i++)
        {
            Assert.Equal(stored[(i % (width * height) * samples) + (i / (width * height))], image.Values[i]);
        }
    }

    private static byte[] Picture(Random random, bool isPng, bool isGrey)
    {
        var (width, height) = (random.Next(1, 80), random.Next(1, 80));
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, isGrey ? SKColorType.Gray8 : SKColorType.Rgba8888, SKAlphaType.Opaque));
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                bitmap.SetPixel(x, y, new SKColor((byte)random.Next(256), (byte)random.Next(256), (byte)random.Next(256)));
            }
        }

        using var data = bitmap.Encode(isPng ? SKEncodedImageFormat.Png : SKEncodedImageFormat.Jpeg, 90);
        return data.ToArray();
    }
}
