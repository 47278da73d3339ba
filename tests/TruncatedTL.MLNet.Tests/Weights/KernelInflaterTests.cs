using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using TruncatedTL.MLNet.Weights;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Weights;

/// <summary>Kernels for images become kernels for volumes.</summary>
public class KernelInflaterTests
{
    [Property(MaxTest = 50)]
    public Property Averaging_keeps_the_sum_along_depth() => Prop.ForAll(
        Gen.Choose(1, 4).Two().SelectMany(size => Gen.Choose(1, 5).Select(depth => (size.Item1, size.Item2, depth))).ToArbitrary(),
        shape =>
        {
            var (outputs, inputs, depth) = shape;
            var kernel = Kernel(outputs, inputs, 3, 2);
            var inflated = KernelInflater.Inflate(kernel, depth, KernelInflation.Average);
            Assert.Equal([outputs, inputs, depth, 3, 2], inflated.Shape);
            var volume = inflated.ToSingle();
            var image = kernel.ToSingle();
            for (var i = 0; i < image.Length; i++)
            {
                var (filter, position) = (i / 6, i % 6);
                var sum = Enumerable.Range(0, depth).Sum(d => volume[(((filter * depth) + d) * 6) + position]);
                Assert.Equal(image[i], sum, 4);
            }
        });

    [Fact]
    public void Planes_lie_in_three_directions_a_third_of_the_channels_each()
    {
        // 4 outputs: two axial, one coronal, one sagittal.
        var kernel = Kernel(4, 1, 3, 3);
        var volume = KernelInflater.Inflate(kernel, 3, KernelInflation.AxialCoronalSagittal).ToSingle();
        var image = kernel.ToSingle();
        float At(int output, int d, int h, int w) => volume[(((((output * 3) + d) * 3) + h) * 3) + w];
        for (var row = 0; row < 3; row++)
        {
            for (var column = 0; column < 3; column++)
            {
                float Of(int output) => image[(((output * 3) + row) * 3) + column];
                Assert.Equal(Of(0), At(0, 1, row, column));
                Assert.Equal(Of(1), At(1, 1, row, column));
                Assert.Equal(Of(2), At(2, row, 1, column));
                Assert.Equal(Of(3), At(3, row, column, 1));
            }
        }

        // Nothing but the planes: each holds nine of 27 values, none of which is zero here.
        Assert.Equal(4 * 9, volume.Count(value => value != 0));
    }

    [Fact]
    public void A_kernel_with_unequal_sides_lies_axially()
    {
        var volume = KernelInflater.Inflate(Kernel(3, 1, 7, 7), 3, KernelInflation.AxialCoronalSagittal).ToSingle();
        for (var output = 0; output < 3; output++)
        {
            Assert.All(volume[(output * 147)..((output * 147) + 49)], value => Assert.Equal(0, value));
            Assert.All(volume[((output * 147) + 49)..((output * 147) + 98)], value => Assert.NotEqual(0, value));
            Assert.All(volume[((output * 147) + 98)..((output * 147) + 147)], value => Assert.Equal(0, value));
        }
    }

    [Theory]
    [InlineData(KernelInflation.Average)]
    [InlineData(KernelInflation.AxialCoronalSagittal)]
    public void A_stem_for_colour_images_fits_grey_volumes(KernelInflation inflation)
    {
        var file = new WeightsFile(new Dictionary<string, TensorData> { ["conv1.weight"] = Kernel(6, 3, 3, 3) });
        ExpectedTensor[] network = [new("conv1.weight", [6, 1, 3, 3, 3], IsInputStem: true)];
        var match = WeightsMatcher.Match(file, network, new WeightsMatchOptions { Inflation = inflation });
        var expected = KernelInflater.Inflate(InputStemAdapter.Adapt(file.Tensors["conv1.weight"], 1, InputChannelAdaptation.Sum), 3, inflation);
        Assert.Equal(expected.ToSingle(), match.Tensors["conv1.weight"].ToSingle());
        Assert.Contains("one for volumes", Assert.Single(match.Report.Adapted).Adaptation, StringComparison.Ordinal);
        Assert.Contains("input channels 3 -> 1", Assert.Single(match.Report.Adapted).Adaptation, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_shapes_stay_misshapen()
    {
        var file = new WeightsFile(new Dictionary<string, TensorData> { ["a.weight"] = Kernel(2, 2, 3, 3) });
        foreach (long[] shape in (long[][])[[3, 2, 3, 3, 3], [2, 1, 3, 3, 3], [2, 2, 3, 5, 5], [2, 2, 3, 3, 3, 3]])
        {
            Assert.Throws<WeightsMismatchException>(() => WeightsMatcher.Match(file, [new("a.weight", shape)]));
        }

        var forbidden = new WeightsMatchOptions { Inflation = null };
        Assert.Throws<WeightsMismatchException>(() => WeightsMatcher.Match(file, [new("a.weight", [2, 2, 3, 3, 3])], forbidden));
    }

    [Fact]
    public void Blue_green_red_stems_are_turned_round()
    {
        var stem = Kernel(2, 3, 1, 2);
        var values = stem.ToSingle();
        Assert.Equal(
            [values[4], values[5], values[2], values[3], values[0], values[1], values[10], values[11], values[8], values[9], values[6], values[7]],
            InputStemAdapter.ReverseChannels(stem).ToSingle());

        var file = new WeightsFile(new Dictionary<string, TensorData> { ["conv1.weight"] = stem });
        var match = WeightsMatcher.Match(file, [new("conv1.weight", [2, 3, 1, 2], IsInputStem: true)], new WeightsMatchOptions { ReverseInputChannels = true });
        Assert.Equal(InputStemAdapter.ReverseChannels(stem).ToSingle(), match.Tensors["conv1.weight"].ToSingle());
    }

    private static TensorData Kernel(params int[] shape) =>
        TensorData.FromSingle([.. shape.Select(length => (long)length)], [.. Enumerable.Range(1, shape.Aggregate((a, b) => a * b)).Select(i => i * 0.5f)]);
}
