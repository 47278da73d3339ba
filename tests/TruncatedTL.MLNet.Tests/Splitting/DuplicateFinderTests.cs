using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Data;
using SkiaSharp;
using TruncatedTL.MLNet.Data;
using TruncatedTL.MLNet.Splitting;
using TruncatedTL.MLNet.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace TruncatedTL.MLNet.Tests.Splitting;

public sealed class DuplicateFinderTests(ITestOutputHelper output)
{
    [Fact]
    public void Within_a_set_every_pair_is_found_once_and_no_image_is_its_own_duplicate()
    {
        static ImageFingerprint Noise(int seed)
        {
            var values = new byte[400];
            new Random(seed).NextBytes(values);
            return ImageFingerprint.Create(values, [1, 20, 20]);
        }

        var found = DuplicateFinder.FindWithin("all", [Noise(1), Noise(2), Noise(1), Noise(3), Noise(2), Noise(1)]);
        Assert.Equal([(0, 2), (0, 5), (1, 4), (2, 5)], found.Pairs.Select(pair => (pair.FirstRow, pair.SecondRow)));
        Assert.Equal(4, found.ExactCount);
        Assert.Equal(0, found.NearCount);
    }

    [SkippableTheory]
    [InlineData("jpeg 75")]
    [InlineData("jpeg 50")]
    [InlineData("brighter")]
    [InlineData("less contrast")]
    [InlineData("double size")]
    [InlineData("half size")]
    public void A_changed_copy_is_found(string change)
    {
        using var file = MedMnistFile.Open(RepositoryFiles.RequireShared("data", "medmnist", "breastmnist_64_rebuilt.npz"));
        var images = file.Read(MedMnistSplit.Test);
        var pairs = Enumerable.Range(0, 100).Select(i =>
        {
            var pixels = new byte[images.ValuesPerImage];
            images.CopyImage(i, pixels);
            var (changed, side) = Change(pixels, images.SpatialShape[0], change);
            return (Original: ImageFingerprint.Create(pixels, [1, .. images.SpatialShape]), Copy: ImageFingerprint.Create(changed, [1, side, side]));
        }).ToArray();

        var found = pairs.Count(pair => DuplicateFinder.Find([("a", [pair.Original]), ("b", [pair.Copy])]).Pairs is [{ IsExact: false }]);

        output.WriteLine($"{change}: {found} of {pairs.Length} copies found");
        Assert.InRange(found, 97, 100);
    }

    [SkippableTheory]
    [InlineData("pneumoniamnist.npz", 0, 0)]
    [InlineData("breastmnist.npz", 1, 70)]
    [InlineData("breastmnist_64_rebuilt.npz", 1, 70)]
    [InlineData("adrenalmnist3d.npz", 0, 0)]
    public void Duplicates_across_official_splits_are_counted(string name, int exact, int near)
    {
        using var file = MedMnistFile.Open(RepositoryFiles.RequireShared("data", "medmnist", name));
        var parts = new[] { MedMnistSplit.Train, MedMnistSplit.Validation, MedMnistSplit.Test }.Select(split =>
        {
            var images = file.Read(split);
            var pixels = new byte[images.ValuesPerImage];
            return (Name: split.ToString(), Images: (IReadOnlyList<ImageFingerprint>)Enumerable.Range(0, images.Count).Select(i =>
            {
                images.CopyImage(i, pixels);
                return ImageFingerprint.Create(pixels, [images.Channels, .. images.SpatialShape]);
            }).ToArray());
        }).ToArray();

        var all = DuplicateFinder.Find(parts);
        var report = DuplicateFinder.Find([parts[0], parts[2]]);
        var hashesAlone = DuplicateFinder.Find([parts[0], parts[2]], new DuplicateOptions { MinCorrelation = -1 });

        var comparisons = (double)parts[0].Images.Count * parts[2].Images.Count;
        output.WriteLine($"{name}: {all}");
        output.WriteLine($"  train against test, {comparisons:N0} pairs: {report}; test images concerned: {report.Pairs.Select(pair => pair.SecondRow).Distinct().Count()} of {parts[2].Images.Count}");
        output.WriteLine($"  by the hash alone (8 bits): {hashesAlone.NearCount} near, {hashesAlone.NearCount / comparisons:0.0e+0} of the pairs");
        Assert.Equal(exact, report.ExactCount);
        Assert.InRange(report.NearCount, near - near / 10, near + near / 10);
    }

    [Fact]
    public void Equal_images_are_exact_and_other_shapes_or_types_of_values_are_not()
    {
        var random = new Random(1);
        var bytes = new byte[24 * 30];
        random.NextBytes(bytes);
        var image = ImageFingerprint.Create(bytes, [1, 24, 30]);
        var same = ImageFingerprint.Create((byte[])bytes.Clone(), [1, 24, 30]);
        var singles = ImageFingerprint.Create(Array.ConvertAll(bytes, value => value / 255f), [1, 24, 30]);
        var turned = ImageFingerprint.Create(bytes, [1, 30, 24]);

        var report = DuplicateFinder.Find([("train", [turned, image]), ("test", [singles, same])]);

        Assert.Equal([(1, 0, false), (1, 1, true)], report.Pairs.Select(pair => (pair.FirstRow, pair.SecondRow, pair.IsExact)));
        Assert.Equal((1, 1), (report.ExactCount, report.NearCount));
        Assert.Contains("train and test: 1 exact, 1 near", report.ToString());
    }

    [Fact]
    public void Volumes_need_all_three_views_to_agree()
    {
        var random = new Random(2);
        var volume = new float[12 * 14 * 16];
        for (var i = 0; i < volume.Length; i++)
        {
            volume[i] = random.NextSingle() * 2000 - 1000;
        }

        var brighter = Array.ConvertAll(volume, value => 1.1f * value + 20);

        // The same mean along depth, but the slices in another order.
        var reordered = volume.Chunk(14 * 16).Reverse().SelectMany(slice => slice).ToArray();
        ImageFingerprint Of(float[] values) => ImageFingerprint.Create(values, [1, 12, 14, 16]);

        Assert.Single(DuplicateFinder.Find([("a", [Of(volume)]), ("b", [Of(brighter)])]).Pairs);
        Assert.Empty(DuplicateFinder.Find([("a", [Of(volume)]), ("b", [Of(reordered)])]).Pairs);
    }

    [Fact]
    public void Values_of_any_range_have_a_fingerprint()
    {
        float[] odd = [float.NaN, float.PositiveInfinity, float.MaxValue, -float.MaxValue, 0, 1e-30f];
        var images = new[]
        {
            ImageFingerprint.Create(odd, [1, 2, 3]),
            ImageFingerprint.Create(Enumerable.Repeat(float.MaxValue, 4096).ToArray(), [1, 16, 16, 16]),
            ImageFingerprint.Create(new byte[1], [1, 1, 1]),
            ImageFingerprint.Create(new byte[4], [1, 1, 4]),
        };
        var report = DuplicateFinder.Find([("a", images), ("b", images)]);
        Assert.Equal(4, report.ExactCount);
        Assert.All(report.Pairs, pair => Assert.InRange(pair.Correlation, -1, 1));
    }

    [Fact]
    public void Wrong_arguments_are_refused()
    {
        Assert.Throws<ArgumentException>(() => ImageFingerprint.Create(new byte[4], [2, 2]));
        Assert.Throws<ArgumentException>(() => ImageFingerprint.Create(new byte[4], [1, 2, 3]));
        Assert.Throws<ArgumentException>(() => ImageFingerprint.Create(new float[4], [1, -2, -2]));
        Assert.Throws<ArgumentOutOfRangeException>(() => DuplicateFinder.Find([], new DuplicateOptions { MaxDistanceBits = 65 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => DuplicateFinder.Find([], new DuplicateOptions { MinCorrelation = double.NaN }));
        Assert.Throws<ArgumentOutOfRangeException>(() => DuplicateFinder.Find([], new DuplicateOptions { MaxListedPairs = -1 }));
    }

    [Fact]
    public void Many_equal_images_are_counted_without_listing_all()
    {
        var black = ImageFingerprint.Create(new byte[64], [1, 8, 8]);
        var part = Enumerable.Repeat(black, 100).ToArray();
        var report = DuplicateFinder.Find([("a", part), ("b", part)], new DuplicateOptions { MaxListedPairs = 5 });
        Assert.Equal((10_000L, 5), (report.ExactCount, report.Pairs.Count));
    }

    [Fact]
    public void Ten_thousand_against_ten_thousand_needs_no_index()
    {
        var random = new Random(3);
        var pixels = new byte[64];
        var distinct = Enumerable.Range(0, 500).Select(_ =>
        {
            random.NextBytes(pixels);
            return ImageFingerprint.Create(pixels, [1, 8, 8]);
        }).ToArray();
        var first = Enumerable.Range(0, 10_000).Select(i => distinct[i % 250]).ToArray();
        var second = Enumerable.Range(0, 10_000).Select(i => distinct[250 + i % 250]).ToArray();

        var watch = Stopwatch.StartNew();
        var report = DuplicateFinder.Find([("a", first), ("b", second)]);

        output.WriteLine($"10,000 x 10,000 comparisons: {watch.ElapsedMilliseconds} ms; {report}");
        Assert.Equal(0, report.ExactCount);
    }

    [Fact]
    public void Every_type_of_image_column_is_read()
    {
        var context = new MLContext(seed: 1);
        var data = PatientRows.View(context, 6);
        var split = context.Data.StratifiedGroupSplit(data, "Positive", "Patient", testFraction: 0.4);
        Assert.Equal(0, context.Data.FindDuplicates(split).ExactCount);
        var whole = context.Data.FindDuplicates(data, null, split.TestSet);
        Assert.Equal(split.TestSet.GetRowCount(), whole.ExactCount);
        Assert.Equal(PatientRows.Positions(split.TestSet), whole.Pairs.Where(pair => pair.IsExact).OrderBy(pair => pair.SecondRow).Select(pair => pair.FirstRow));

        using var image = MLImage.CreateFromPixels(2, 2, MLPixelFormat.Rgba32, new byte[] { 1, 2, 3, 255, 40, 50, 60, 255, 7, 8, 9, 255, 10, 110, 12, 255 });
        var rows = context.Data.LoadFromEnumerable(new[] { new ImageRow { Image = image } });
        Assert.Equal(1, context.Data.FindDuplicates(rows, rows, null).ExactCount);
        Assert.Equal(2, image.Width);
        var without = context.Data.LoadFromEnumerable(new[] { new ImageRow { Image = image }, new ImageRow() });
        Assert.Contains("Row 1 has no image", Assert.Throws<ImageDataException>(() => context.Data.FindDuplicates(without, null, rows)).Message);
    }

    private static (byte[] Pixels, int Side) Change(byte[] pixels, int side, string change) => change switch
    {
        "jpeg 75" => (Jpeg(pixels, side, 75), side),
        "jpeg 50" => (Jpeg(pixels, side, 50), side),
        "brighter" => (Array.ConvertAll(pixels, value => (byte)Math.Min(255, value + 20)), side),
        "less contrast" => (Array.ConvertAll(pixels, value => (byte)(value * 0.8)), side),
        "double size" => (Resized(pixels, side, 2 * side), 2 * side),
        "half size" => (Resized(pixels, side, side / 2), side / 2),
        _ => throw new ArgumentOutOfRangeException(nameof(change)),
    };

    private static byte[] Jpeg(byte[] pixels, int side, int quality)
    {
        using var bitmap = Bitmap(pixels, side);
        using var encoded = bitmap.Encode(SKEncodedImageFormat.Jpeg, quality);
        using var decoded = SKBitmap.Decode(encoded);
        return Grey(decoded);
    }

    private static byte[] Resized(byte[] pixels, int side, int newSide)
    {
        using var bitmap = Bitmap(pixels, side);
        using var resized = bitmap.Resize(new SKImageInfo(newSide, newSide), SKFilterQuality.High);
        return Grey(resized);
    }

    private static SKBitmap Bitmap(byte[] pixels, int side)
    {
        var bitmap = new SKBitmap(side, side, SKColorType.Rgba8888, SKAlphaType.Opaque);
        bitmap.Pixels = Array.ConvertAll(pixels, value => new SKColor(value, value, value));
        return bitmap;
    }

    private static byte[] Grey(SKBitmap bitmap) => Array.ConvertAll(bitmap.Pixels, colour => colour.Green);

    private sealed class ImageRow
    {
        [Microsoft.ML.Transforms.Image.ImageType(2, 2)]
        public MLImage? Image { get; set; }
    }
}
