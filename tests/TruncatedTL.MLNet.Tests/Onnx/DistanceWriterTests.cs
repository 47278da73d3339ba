using TruncatedTL.MLNet.Onnx;
using TruncatedTL.MLNet.Strategies;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Onnx;

public sealed class DistanceWriterTests
{
    [Theory]
    [InlineData(HeadPooling.Average, 32, 40, 0.5)]
    [InlineData(HeadPooling.AverageAndMax, 32, 40, -3)]
    [InlineData(HeadPooling.Flatten, 24, 20, 1)]
    public void The_output_is_the_distance_to_the_nearest_mean(HeadPooling pooling, int height, int width, double scale)
    {
        // With resizing, too.
        var specification = TestNetworks.Truncated(pooling: pooling, height: height, width: width);
        var options = TestNetworks.OptionsFor(specification) with { Input = new OnnxImageInput("Image", OnnxInputElement.Float, [3, 32, 40]), FeaturesName = "Features" };
        var tensors = RandomTensors.For(specification, seed: 1);
        var random = new Random(1);
        const int Dimension = 64;
        double[] Random(int count, double scale) => [.. Enumerable.Range(0, count).Select(_ => scale * (random.NextDouble() - 0.5))];
        var distance = new OnnxDistance("Distance", Random(Dimension, 1), Random(Dimension * Dimension, 0.3), Random(3 * Dimension, 2), scale, Offset: -2);
        var model = OnnxExporter.Export(specification, tensors, options with { Distance = distance });
        var images = TestNetworks.FloatImages(TestNetworks.Truncated(), batch: 2);
        var results = OnnxRun.Run(model, "Image", images, 2, 3, 32, 40);
        Assert.Equal([2, 1], results["Distance"].Shape);

        var features = results["Features"].Values.Chunk(specification.HeadFeatures).Select(row => Pooled(row, pooling)).ToArray();
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal(scale * Nearest(features[i], distance) - 2, results["Distance"].Values[i], 1e-4);
        }
    }

    [Fact]
    public void What_is_not_a_number_is_infinitely_far()
    {
        var specification = TestNetworks.Truncated();
        var distance = new OnnxDistance("Distance", new double[64], [.. Enumerable.Repeat(double.MaxValue, 1).Concat(new double[4095])], new double[64], 1, 0);
        Assert.Throws<OnnxExportException>(() => OnnxExporter.Export(specification, RandomTensors.For(specification, seed: 1), TestNetworks.OptionsFor(specification) with { Distance = distance }));
        var overflowing = distance with { Whitening = [.. Enumerable.Range(0, 4096).Select(k => k % 2 == 0 ? 3e38 : -3e38)] };
        var model = OnnxExporter.Export(specification, RandomTensors.For(specification, seed: 1), TestNetworks.OptionsFor(specification) with { Distance = overflowing });
        var value = OnnxRun.Run(model, "Image", TestNetworks.FloatImages(specification, 1), TestNetworks.Shape(specification, 1))["Distance"].Values[0];
        Assert.True(value >= 1e15f, $"{value}");
    }

    [Fact]
    public void Constants_for_another_network_are_refused()
    {
        var specification = TestNetworks.Truncated();
        var distance = new OnnxDistance("Distance", new double[32], new double[1024], new double[32], 1, 0);
        Assert.Throws<OnnxExportException>(() => OnnxExporter.Export(specification, RandomTensors.For(specification, seed: 1), TestNetworks.OptionsFor(specification) with { Distance = distance }));
    }

    private static double[] Pooled(float[] features, HeadPooling pooling) => pooling == HeadPooling.Flatten
        ? [.. features.Chunk(features.Length / 64).Select(map => map.Average(value => (double)value))]
        : [.. features.Take(64).Select(value => (double)value)];

    private static double Nearest(double[] features, OnnxDistance distance)
    {
        var whitened = Enumerable.Range(0, 64).Select(row => Enumerable.Range(0, 64).Sum(k => distance.Whitening[row * 64 + k] * (features[k] - distance.Centre[k]))).ToArray();
        return Enumerable.Range(0, 3).Min(c => Math.Sqrt(Enumerable.Range(0, 64).Sum(k => Math.Pow(whitened[k] - distance.Means[c * 64 + k], 2))));
    }
}
