using TruncatedTL.MLNet.Data.Formula;
using TruncatedTL.MLNet.Files;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Data.Formula;

public sealed class FormulaVolumeSourceTests
{
    private static readonly FormulaVolumeOptions Small = new() { Classes = 12, InstancesPerClass = 4, Size = 16 };

    public static TheoryData<FormulaFamilies> Families =>
        [FormulaFamilies.Fractals, FormulaFamilies.Waves, FormulaFamilies.Noise, FormulaFamilies.Cells, FormulaFamilies.Speckle, FormulaFamilies.Stripes, FormulaFamilies.All];

    [Fact]
    public void The_set_is_described_and_balanced()
    {
        var source = new FormulaVolumeSource(Small);
        Assert.Equal((48, 1, 12, 4096), (source.Count, source.Channels, source.ClassCount, source.ValuesPerImage));
        Assert.Equal([16, 16, 16], source.SpatialShape);
        Assert.True(source.HasByteValues);
        Assert.All(source.CountPerClass(), count => Assert.Equal(4, count));
        Assert.Equal(Enumerable.Range(0, 12), Enumerable.Range(12, 12).Select(source.LabelOf));
        Assert.Equal(["fractals 0", "waves 0", "fractals 1", "noise 0"], source.ClassNames.Take(4));
        Assert.Same(Small, source.Options);
        Assert.Equal([32, 32, 32], new FormulaVolumeSource(new FormulaVolumeOptions { Classes = 2 }).SpatialShape);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Equal_options_give_equal_bytes_on_any_thread_in_any_order(FormulaFamilies families)
    {
        var options = Small with { Families = families };
        var first = new FormulaVolumeSource(options);
        var volumes = Enumerable.Range(0, first.Count).Select(i => Draw(first, i)).ToArray();
        var second = new FormulaVolumeSource(options);
        Parallel.For(0, 3 * volumes.Length, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i =>
        {
            var index = volumes.Length - 1 - (i % volumes.Length);
            Assert.Equal(volumes[index], Draw(second, index));
        });
    }

    // Recorded on x64; see FormulaImageSourceTests for why this holds on every machine.
    [Theory]
    [InlineData(FormulaFamilies.Fractals, 0x3a2afccfu)]
    [InlineData(FormulaFamilies.Waves, 0xe5316e38u)]
    [InlineData(FormulaFamilies.Noise, 0x25ea903fu)]
    [InlineData(FormulaFamilies.Cells, 0xda697548u)]
    [InlineData(FormulaFamilies.Speckle, 0x1e25d3eeu)]
    [InlineData(FormulaFamilies.Stripes, 0xd33574aau)]
    public void The_bytes_are_the_recorded_ones(FormulaFamilies family, uint expected)
    {
        var source = new FormulaVolumeSource(Small with { Families = family });
        var crc = default(Crc32);
        for (var i = 0; i < source.Count; i++)
        {
            crc.Append(Draw(source, i));
        }

        Assert.Equal(expected, crc.Value);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void No_volume_is_flat_and_no_two_are_alike(FormulaFamilies families)
    {
        var source = new FormulaVolumeSource(Small with { Families = families, Classes = 40, NoiseLevel = 0f });
        var seen = new HashSet<string>();
        for (var i = 0; i < source.Count; i++)
        {
            var volume = Draw(source, i);
            var mean = volume.Average(x => (double)x);
            Assert.True(Math.Sqrt(volume.Average(x => (x - mean) * (x - mean))) > 4, $"Volume {i} of {source.ClassNames[source.LabelOf(i)]} is flat.");
            Assert.True(seen.Add(Convert.ToBase64String(volume)), $"Volume {i} occurs twice.");
        }
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Volumes_vary_along_every_axis(FormulaFamilies families)
    {
        // A picture repeated in every slice would do for most of the other tests.
        var source = new FormulaVolumeSource(Small with { Families = families, Classes = 30, NoiseLevel = 0f });
        int[] steps = [256, 16, 1];
        var changes = new double[3];
        for (var i = 0; i < source.Count; i++)
        {
            var volume = Draw(source, i);
            for (var axis = 0; axis < 3; axis++)
            {
                changes[axis] += Enumerable.Range(0, 4096 - 256).Where(v => v / steps[axis] % 16 != 15).Average(v => Math.Abs((double)volume[v] - volume[v + steps[axis]]));
            }
        }

        // Instances are turned about every axis, so that over a set the axes are alike.
        Assert.InRange(changes[1] / changes[0], 0.75, 1.33);
        Assert.InRange(changes[2] / changes[0], 0.75, 1.33);
    }

    [Fact]
    public void Other_seeds_give_other_volumes()
    {
        var first = new FormulaVolumeSource(Small);
        var second = new FormulaVolumeSource(Small with { Seed = 2 });
        Assert.All(Enumerable.Range(0, first.Count), i => Assert.NotEqual(Draw(first, i), Draw(second, i)));
    }

    [Fact]
    public void The_first_instance_moves_along_the_same_classes()
    {
        var all = new FormulaVolumeSource(Small);
        var later = new FormulaVolumeSource(Small with { FirstInstance = 3, InstancesPerClass = 1 });
        Assert.Equal(12, later.Count);
        Assert.All(Enumerable.Range(0, 12), i => Assert.Equal(Draw(all, i + (3 * 12)), Draw(later, i)));
    }

    [Theory]
    [InlineData(FormulaFamilies.Fractals)]
    [InlineData(FormulaFamilies.Textures)]
    [InlineData(FormulaFamilies.All)]
    public void Simple_features_tell_the_classes_apart(FormulaFamilies families)
    {
        var options = new FormulaVolumeOptions { Classes = 20, InstancesPerClass = 12, Size = 24, Families = families };
        var accuracy = SimpleFeatures.NearestMeanAccuracy(new FormulaVolumeSource(options), new FormulaVolumeSource(options with { FirstInstance = 12, InstancesPerClass = 6 }));

        // Chance is 0.05; seed 1 gave 0.37 for fractals, 0.98 for textures, 0.66 for all. Features of gradients know little of shape.
        Assert.InRange(accuracy, families switch { FormulaFamilies.Fractals => 0.2, FormulaFamilies.Textures => 0.85, _ => 0.5 }, 1.0);
    }

    [Theory]
    [InlineData(17)]
    [InlineData(40)]
    [InlineData(128)]
    public void Any_size_can_be_drawn(int size)
    {
        var source = new FormulaVolumeSource(Small with { Size = size });
        for (var i = 0; i < (size == 128 ? 3 : source.Count); i++)
        {
            Assert.True(Draw(source, i).Distinct().Count() > 20);
        }
    }

    [Fact]
    public void A_copy_in_memory_is_equal()
    {
        var source = new FormulaVolumeSource(Small);
        var copy = source.ToMemory();
        var volume = new byte[copy.ValuesPerImage];
        for (var i = 0; i < source.Count; i++)
        {
            copy.CopyImage(i, volume);
            Assert.Equal(Draw(source, i), volume);
            Assert.Equal(source.LabelOf(i), copy.LabelOf(i));
        }
    }

    [Fact]
    public void The_noise_level_is_kept()
    {
        var quiet = new FormulaVolumeSource(Small with { NoiseLevel = 0f });
        var loud = new FormulaVolumeSource(Small with { NoiseLevel = 0.2f });
        var deviations = Enumerable.Range(0, quiet.Count)
            .Select(i => Math.Sqrt(Draw(quiet, i).Zip(Draw(loud, i), (a, b) => Math.Pow((double)a - b, 2)).Average()))
            .ToArray();
        Assert.All(deviations, deviation => Assert.InRange(deviation, 0, 0.21 * 255));
        Assert.InRange(deviations.Average(), 0.03 * 255, 0.15 * 255);
    }

    [Fact]
    public void Options_out_of_range_are_named()
    {
        AssertRefused(Small with { Classes = 1 }, nameof(Small.Classes));
        AssertRefused(Small with { Classes = 65537 }, nameof(Small.Classes));
        AssertRefused(Small with { InstancesPerClass = 0 }, nameof(Small.InstancesPerClass));
        AssertRefused(Small with { InstancesPerClass = int.MaxValue }, nameof(Small.InstancesPerClass));
        AssertRefused(Small with { FirstInstance = -1 }, nameof(Small.FirstInstance));
        AssertRefused(Small with { FirstInstance = int.MaxValue }, nameof(Small.FirstInstance));
        AssertRefused(Small with { Size = 15 }, nameof(Small.Size));
        AssertRefused(Small with { Size = 129 }, nameof(Small.Size));
        AssertRefused(Small with { Families = FormulaFamilies.None }, nameof(Small.Families));
        AssertRefused(Small with { Families = (FormulaFamilies)64 }, nameof(Small.Families));
        AssertRefused(Small with { NoiseLevel = float.NaN }, nameof(Small.NoiseLevel));
        AssertRefused(Small with { NoiseLevel = 0.6f }, nameof(Small.NoiseLevel));
        Assert.Throws<ArgumentNullException>(() => new FormulaVolumeSource(null!));
        var source = new FormulaVolumeSource(Small);
        Assert.Throws<ArgumentOutOfRangeException>(() => Draw(source, source.Count));
        Assert.Throws<ArgumentException>(() => source.Render(0, new byte[4095]));
    }

    private static byte[] Draw(FormulaVolumeSource source, int index)
    {
        var volume = new byte[source.ValuesPerImage];
        source.Render(index, volume);
        return volume;
    }

    private static void AssertRefused(FormulaVolumeOptions options, string name)
    {
        Assert.Equal(name, Assert.Throws<ArgumentOutOfRangeException>(() => new FormulaVolumeSource(options)).ParamName);
    }
}
