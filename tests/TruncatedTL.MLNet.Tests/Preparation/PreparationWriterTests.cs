using TruncatedTL.MLNet.Imaging;
using TruncatedTL.MLNet.Onnx;
using TruncatedTL.MLNet.Preparation;
using TruncatedTL.MLNet.Tests.Onnx;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Preparation;

/// <summary>The law: a graph prepares a column exactly as files are prepared.</summary>
public sealed class PreparationWriterTests
{
    private static readonly Dictionary<string, string> NoFacts = [];

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void Graph_and_file_preparation_agree_for_float_columns(int rank)
    {
        var random = new Random(rank);
        var largest = 0.0;
        for (var i = 0; i < 60; i++)
        {
            var preparation = RandomPreparations.ForColumn(random, rank);
            var shape = Shape(random, rank);
            var values = Enumerable.Range(0, shape.Aggregate((a, b) => a * b)).Select(_ => (float)((random.NextDouble() * 600) - 300)).ToArray();
            var expected = preparation.Apply(new DecodedImage(values, shape[0], shape[1..]));
            var actual = Run(preparation, OnnxInputElement.Float, shape, values);

            // Relative to what single precision can hold of values of this size.
            var scale = preparation.Intensity.Kind == IntensityKind.Unchanged ? 300 : preparation.Intensity.Maximum * Math.Max(1, 600 / (preparation.Intensity.Upper - preparation.Intensity.Lower));
            largest = Math.Max(largest, expected.Zip(actual, (a, b) => Math.Abs(a - b)).Max() / scale);
        }

        Assert.True(largest <= 1e-5, $"largest difference {largest:0.0e+0}");
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void Graph_and_file_preparation_agree_for_byte_columns(int rank)
    {
        var random = new Random(10 + rank);
        var (different, all) = (0, 0);
        for (var i = 0; i < 60; i++)
        {
            // Levels are compared before they are stretched, so that one level is one.
            var preparation = new ImagePreparation(RandomPreparations.ForColumn(random, rank).Size, random.Next(2) == 0 ? 1 : 3) { Fit = (ImageFit)random.Next(3) };
            var shape = Shape(random, rank);
            var values = new byte[shape.Aggregate((a, b) => a * b)];
            random.NextBytes(values);
            var expected = preparation.Apply(new DecodedImage([.. values.Select(v => (float)v)], shape[0], shape[1..]) { HasByteValues = true });
            var actual = Run(preparation, OnnxInputElement.UInt8, shape, values);
            Assert.All(expected.Concat(actual), value => Assert.Equal(MathF.Round(value), value));
            Assert.True(expected.Zip(actual, (a, b) => Math.Abs(a - b)).Max() <= 1);
            different += expected.Zip(actual).Count(pair => pair.First != pair.Second);
            all += expected.Length;
        }

        // Sums that end within rounding error of one half may be rounded to either side.
        Assert.True(different <= all / 1000, $"{different} of {all} values differ");
    }

    [Fact]
    public void What_only_a_file_can_answer_is_refused()
    {
        ImagePreparation[] refused =
        [
            new([4, 4]) { SpacingMillimetres = [1, 1] },
            new([4, 4]) { Intensity = ImageIntensity.XRay },
            new([4, 4]) { Intensity = ImageIntensity.MagneticResonance },
            new([4, 4]) { Frame = 0 },
            new([4, 4]) { ReorientToRas = true },
            new([4, 4]) { ReducedDecoding = true },
        ];
        Assert.All(refused, preparation => Assert.Throws<ArgumentException>(() => PreparationWriter.RequireColumnPreparation(preparation)));
    }

    [Fact]
    public void A_cut_that_would_first_enlarge_beyond_measure_is_refused_by_the_graph_and_done_for_files()
    {
        var preparation = new ImagePreparation([16384, 1]) { Fit = ImageFit.CentreCrop };
        var input = new OnnxImageInput("Image", OnnxInputElement.Float, [1, 1, 40_000]);
        Assert.Throws<OnnxExportException>(() => PreparationWriter.Export(preparation, input, "Out", NoFacts));
        Assert.Equal(16384, preparation.Apply(new DecodedImage(new float[40_000], 1, [1, 40_000])).Length);
    }

    private static float[] Run<T>(ImagePreparation preparation, OnnxInputElement element, int[] shape, T[] values)
        where T : unmanaged
    {
        var model = PreparationWriter.Export(preparation, new OnnxImageInput("Image", element, shape), "Prepared", NoFacts);
        var result = OnnxRun.Run(model, "Image", values, [.. shape.Select(length => (long)length)])["Prepared"];
        Assert.Equal(preparation.Shape.Select(length => (long)length), result.Shape);
        return result.Values;
    }

    // Channels that can become the preparation's.
    private static int[] Shape(Random random, int rank) =>
        [random.Next(2) == 0 ? 1 : 3, .. Enumerable.Range(0, rank).Select(_ => random.Next(1, 40))];
}
