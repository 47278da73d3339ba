using TruncatedTL.MLNet.Data.Formula;
using TruncatedTL.MLNet.Files;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Data.Formula;

public sealed class FormulaLesionSourceTests
{
    private static readonly FormulaLesionOptions Small = new() { ImagesPerClass = 20, Size = 32 };

    [Fact]
    public void The_set_is_described_and_balanced()
    {
        var two = new FormulaLesionSource(Small);
        Assert.Equal(["benign-like", "malignant-like"], two.ClassNames);
        Assert.Equal([20, 20], two.CountPerClass());
        Assert.Equal([32, 32], two.SpatialShape);
        var three = new FormulaLesionSource(Small with { Classes = 3, Channels = 3 });
        Assert.Equal(["no lesion", "benign-like", "malignant-like"], three.ClassNames);
        Assert.Equal((60, 3), (three.Count, three.Channels));
    }

    [Fact]
    public void Equal_options_give_equal_bytes_on_any_thread_in_any_order()
    {
        var first = new FormulaLesionSource(Small);
        var images = Enumerable.Range(0, first.Count).Select(i => Draw(first, i)).ToArray();
        var second = new FormulaLesionSource(Small);
        Parallel.For(0, 4 * images.Length, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i =>
        {
            var index = images.Length - 1 - (i % images.Length);
            Assert.Equal(images[index], Draw(second, index));
        });
        Assert.Equal(images.Length, images.Select(Convert.ToBase64String).Distinct().Count());
        var other = new FormulaLesionSource(Small with { Seed = 2 });
        Assert.All(Enumerable.Range(0, images.Length), i => Assert.NotEqual(images[i], Draw(other, i)));
    }

    // See FormulaImageSourceTests for why this holds on every machine.
    [Fact]
    public void The_bytes_are_the_recorded_ones()
    {
        var source = new FormulaLesionSource(Small with { Classes = 3 });
        var crc = default(Crc32);
        for (var i = 0; i < source.Count; i++)
        {
            crc.Append(Draw(source, i));
        }

        Assert.Equal(0x3a15d2d2u, crc.Value);
    }

    [Fact]
    public void A_third_class_leaves_the_lesions_as_they_are()
    {
        var two = new FormulaLesionSource(Small);
        var three = new FormulaLesionSource(Small with { Classes = 3, Channels = 3 });
        for (var instance = 0; instance < 20; instance++)
        {
            for (var kind = 0; kind < 2; kind++)
            {
                var grey = Draw(two, (instance * 2) + kind);
                var colour = Draw(three, (instance * 3) + kind + 1);
                Assert.Equal(grey, colour[..grey.Length]);
                Assert.Equal(grey, colour[(2 * grey.Length)..]);
            }
        }
    }

    [Fact]
    public void The_first_instance_moves_along_the_same_task()
    {
        var all = new FormulaLesionSource(Small);
        var later = new FormulaLesionSource(Small with { FirstInstance = 15, ImagesPerClass = 5 });
        Assert.All(Enumerable.Range(0, 10), i => Assert.Equal(Draw(all, i + 30), Draw(later, i)));
    }

    [Fact]
    public void The_kinds_can_be_told_apart_the_better_the_lower_the_difficulty()
    {
        double Accuracy(float difficulty)
        {
            var options = new FormulaLesionOptions { ImagesPerClass = 120, Difficulty = difficulty };
            return SimpleFeatures.NearestMeanAccuracy(new FormulaLesionSource(options), new FormulaLesionSource(options with { FirstInstance = 250, ImagesPerClass = 200 }));
        }

        // Chance is 0.5 with a standard deviation of 0.025; these features are far from ideal for the task.
        var (easy, usual, hard) = (Accuracy(0f), Accuracy(0.5f), Accuracy(1f));
        Assert.InRange(usual, 0.6, 0.95);
        Assert.True(easy > usual && usual > hard, $"{easy} {usual} {hard}");
    }

    [Fact]
    public void Brightness_and_contrast_do_not_give_the_class_away()
    {
        var source = new FormulaLesionSource(new FormulaLesionOptions { ImagesPerClass = 200 });
        var statistics = Enumerable.Range(0, source.Count).Select(i => (Label: source.LabelOf(i), Image: Draw(source, i))).ToArray();

        // Standard deviation under chance: about 0.029.
        Assert.InRange(AreaUnderRocCurve(statistics.Select(s => (s.Label, s.Image.Average(x => (double)x)))), 0.4, 0.6);
        Assert.InRange(AreaUnderRocCurve(statistics.Select(s => (s.Label, (double)s.Image.Min()))), 0.3, 0.7);
    }

    [Fact]
    public void A_lesion_darkens_the_image()
    {
        var source = new FormulaLesionSource(new FormulaLesionOptions { Classes = 3, ImagesPerClass = 100 });
        var means = Enumerable.Range(0, source.Count).GroupBy(source.LabelOf, i => Draw(source, i).Average(x => (double)x)).ToDictionary(g => g.Key, g => g.Average());
        Assert.True(means[0] > means[1] + 3 && means[0] > means[2] + 3, string.Join(' ', means));
    }

    [Fact]
    public void Options_out_of_range_are_named()
    {
        AssertRefused(Small with { Classes = 4 }, nameof(Small.Classes));
        AssertRefused(Small with { ImagesPerClass = 0 }, nameof(Small.ImagesPerClass));
        AssertRefused(Small with { FirstInstance = -1 }, nameof(Small.FirstInstance));
        AssertRefused(Small with { Size = 8 }, nameof(Small.Size));
        AssertRefused(Small with { Channels = 4 }, nameof(Small.Channels));
        AssertRefused(Small with { Difficulty = 1.1f }, nameof(Small.Difficulty));
        AssertRefused(Small with { Difficulty = float.NaN }, nameof(Small.Difficulty));
        AssertRefused(Small with { NoiseLevel = -0.1f }, nameof(Small.NoiseLevel));
        Assert.Throws<ArgumentNullException>(() => new FormulaLesionSource(null!));
    }

    private static double AreaUnderRocCurve(IEnumerable<(int Label, double Score)> scored)
    {
        var positives = scored.Where(s => s.Label == 1).Select(s => s.Score).ToArray();
        var negatives = scored.Where(s => s.Label == 0).Select(s => s.Score).ToArray();
        return positives.Average(p => negatives.Average(n => p > n ? 1.0 : p == n ? 0.5 : 0.0));
    }

    private static byte[] Draw(FormulaLesionSource source, int index)
    {
        var image = new byte[source.ValuesPerImage];
        source.Render(index, image);
        return image;
    }

    private static void AssertRefused(FormulaLesionOptions options, string name)
    {
        Assert.Equal(name, Assert.Throws<ArgumentOutOfRangeException>(() => new FormulaLesionSource(options)).ParamName);
    }
}
