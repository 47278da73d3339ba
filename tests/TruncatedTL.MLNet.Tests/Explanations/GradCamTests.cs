using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Explanations;
using TruncatedTL.MLNet.Networks;
using TruncatedTL.MLNet.Strategies;
using TruncatedTL.MLNet.Tests.Training;
using Xunit;
using Xunit.Abstractions;
using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Tests.Explanations;

[Collection(TorchCollection.Name)]
public sealed class GradCamTests(ITestOutputHelper output)
{
    public static TheoryData<string, string, int[], HeadPooling, GradientWeighting, string?> Cases => new()
    {
        { BackboneNames.ResNet18Narrow, "layer1.0", [16, 12], HeadPooling.Average, GradientWeighting.ByHead, null },
        { BackboneNames.ResNet18Narrow, "layer1.0", [16, 12], HeadPooling.Flatten, GradientWeighting.ByHead, null },
        { BackboneNames.ResNet18Narrow, "layer1.0", [16, 12], HeadPooling.Flatten, GradientWeighting.ChannelMean, null },
        { BackboneNames.ResNet18Narrow, "layer1.0", [16, 12], HeadPooling.AverageAndMax, GradientWeighting.ByHead, null },
        { BackboneNames.ResNet18Narrow, "layer2.0", [16, 12], HeadPooling.Average, GradientWeighting.ByHead, "layer1.0" },
        { BackboneNames.ResNet18Narrow, "layer2.0", [16, 12], HeadPooling.Average, GradientWeighting.Elementwise, "stem" },
        { BackboneNames.DenseNet121, "denseblock1.denselayer2", [8, 12], HeadPooling.Average, GradientWeighting.ByHead, "denseblock1.denselayer1" },
        { BackboneNames.DenseNet121, "denseblock1.denselayer1", [8, 12], HeadPooling.Average, GradientWeighting.ByHead, null },
        { BackboneNames.MobileNetV2, "features.2", [12, 8], HeadPooling.Average, GradientWeighting.ByHead, "features.1" },
        { BackboneNames.EfficientNetB0, "features.2.0", [12, 8], HeadPooling.Average, GradientWeighting.ByHead, "features.1" },
        { BackboneNames.ResNet10VolumeNarrow, "layer1.0", [8, 8, 8], HeadPooling.Average, GradientWeighting.ByHead, "stem" },
        { BackboneNames.R3D18, "layer1.0", [2, 8, 6], HeadPooling.Average, GradientWeighting.ByHead, null },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void TheMap_IsThatOfFiniteDifferences(string backbone, string cut, int[] spatial, HeadPooling head, GradientWeighting weighting, string? unit)
    {
        var description = SmallNetworks.Describe(backbone, TransferStrategy.FromScratch(cut), spatial, head);
        using var network = SmallNetworks.Network(description);
        using var explainer = ImageExplainer.Create(description, network.Snapshot());
        var pixels = SmallNetworks.Pixels(spatial.Aggregate(1, (a, b) => a * b));
        var elementwise = weighting == GradientWeighting.Elementwise || (weighting == GradientWeighting.ByHead && head != HeadPooling.Average);

        for (var k = 0; k < 3; k++)
        {
            var explanation = explainer.GradCam(pixels, new GradCamOptions { ClassName = $"class {k}", Unit = unit, Weighting = weighting });
            var (features, gradient, shape) = FiniteDifferences(network, pixels, unit is null ? explainer.Units.Count : explainer.Units.ToList().IndexOf(unit) + 1, k);
            Assert.Equal(shape.Skip(2).Select(length => (int)length), explanation.CoarseShape);
            var positions = explanation.CoarseMap.Length;
            var expected = new double[positions];
            for (var c = 0; c < (int)shape[1]; c++)
            {
                var mean = gradient.Skip(c * positions).Take(positions).Average();
                for (var i = 0; i < positions; i++)
                {
                    expected[i] += (elementwise ? gradient[(c * positions) + i] : mean) * features[(c * positions) + i];
                }
            }

            var scale = expected.Max(Math.Abs);
            var error = expected.Zip(explanation.CoarseMap, (a, b) => Math.Abs(a - b)).Max() / scale;
            output.WriteLine($"class {k}: {error:0.0e+0} of the largest value");
            Assert.True(error < 1e-4, $"{error}");
        }
    }

    [Theory]
    [InlineData(HeadPooling.Average)]
    [InlineData(HeadPooling.Flatten)]
    public void AtTheCut_TheMapAddsUpToTheLogit(HeadPooling head)
    {
        var description = SmallNetworks.Describe(BackboneNames.ResNet18Narrow, TransferStrategy.FromScratch("layer1.0"), [24, 16], head);
        using var network = SmallNetworks.Network(description);
        using var explainer = ImageExplainer.Create(description, network.Snapshot());
        var pixels = SmallNetworks.Pixels(24 * 16);
        var logits = SmallNetworks.Logits(network, [pixels]);
        var bias = network.State[description.Specification.HeadBiasName].data<float>().ToArray();
        for (var k = 0; k < 3; k++)
        {
            var explanation = explainer.GradCam(pixels, new GradCamOptions { ClassName = $"class {k}" });
            Assert.Equal(logits[k] - bias[k], explanation.CoarseMap.Sum(), 1e-4);
            Assert.Equal(Math.Exp(logits[k]) / logits.Sum(z => Math.Exp(z)), explanation.Probability, 1e-6);
        }
    }

    [Fact]
    public void OfTwoClassesWithOneLogit_TheFirstIsTheOppositeOfTheSecond()
    {
        var description = SmallNetworks.Describe(BackboneNames.ResNet18Narrow, TransferStrategy.FromScratch("layer1.0"), [24, 16], outputs: 1);
        using var network = SmallNetworks.Network(description);
        using var explainer = ImageExplainer.Create(description, network.Snapshot());
        var pixels = SmallNetworks.Pixels(24 * 16);
        var negative = explainer.GradCam(pixels, new GradCamOptions { ClassName = "class 0" });
        var positive = explainer.GradCam(pixels, new GradCamOptions { ClassName = "class 1" });
        Assert.Equal(positive.CoarseMap.Select(value => -value), negative.CoarseMap);
        Assert.Equal(1, positive.Probability + negative.Probability, 1e-12);
        var predicted = explainer.GradCam(pixels);
        Assert.Equal(positive.Probability > 0.5 ? "class 1" : "class 0", predicted.ClassName);
        Assert.Equal(SmallNetworks.Logits(network, [pixels])[0] > 0 ? 1 : 0, predicted.ClassIndex);
    }

    [Fact]
    public void TheMaps_BelongTogether()
    {
        var description = SmallNetworks.Describe(BackboneNames.ResNet18Narrow, TransferStrategy.FromScratch("layer1.0"), [32, 32]);
        using var network = SmallNetworks.Network(description);
        using var explainer = ImageExplainer.Create(description, network.Snapshot());
        var explanations = Enumerable.Range(0, 3).Select(k => explainer.GradCam(SmallNetworks.Pixels(32 * 32), new GradCamOptions { ClassName = $"class {k}" })).ToArray();
        Assert.Contains(explanations, explanation => explanation.RawMap.Max() > 0);
        Assert.All(explanations, explanation =>
        {
            Assert.Equal([32, 32], explanation.Shape);
            Assert.Equal(32 * 32, explanation.Map.Length);
            var largest = explanation.RawMap.Max();
            Assert.Equal(explanation.RawMap.Select(value => largest > 0 ? value / largest : 0), explanation.Map);
            Assert.Equal(largest, explanation.RawMap[(explanation.MaximumPosition[0] * 32) + explanation.MaximumPosition[1]]);

            // The positive part of the coarse map, enlarged: four pixels a feature.
            Assert.Equal(AxisResampling.Resize([.. explanation.CoarseMap.Select(value => Math.Max(0, value))], [8, 8], [32, 32]), explanation.RawMap);
        });
    }

    // The other families take longer to train; the command grad-cam of the benchmarks has them.
    [Fact]
    public void TheMaximum_LiesInTheBlobThatDecidesOnTheClass()
    {
        var task = new BlobTask(BackboneNames.ResNet18Narrow, "layer1.0", [48, 48]);
        using var trained = task.Train(task.Epochs);
        using var untrained = task.Train(epochs: 0);
        var options = new GradCamOptions { ClassName = "blob" };
        var (inside, recognised) = task.Measure(60, image => trained.GradCam(image, options));
        var (control, _) = task.Measure(60, image => untrained.GradCam(image, options));
        output.WriteLine($"{inside:P1} in the blob, {recognised:P1} recognised; untrained {control:P1}");
        Assert.True(recognised >= 0.9);
        Assert.True(inside >= 0.95);
        Assert.True(control < 0.6, "A network that has learnt nothing must not point at the blob.");
    }

    // In double precision, so that the steps can be too small to meet a kink of an activation.
    private static (double[] Features, double[] Gradient, long[] Shape) FiniteDifferences(TransferNetwork network, float[] pixels, int end, int k)
    {
        const double Step = 1e-6;
        var specification = network.Specification;
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        var state = network.State.ToDictionary(pair => pair.Key, pair => pair.Value.to(ScalarType.Float64));
        var runner = new LayerRunner(state);
        var units = specification.Plan.Units;
        var input = tensor(pixels.Select(pixel => ((pixel / 255.0) - 0.4) / 0.2).ToArray(), [1, 1, .. specification.InputSpatial.Select(length => (long)length)]);
        var features = Run(input, 0, end);
        var values = features.contiguous().data<double>().ToArray();
        var gradient = new double[values.Length];
        foreach (var chunk in Enumerable.Range(0, values.Length).Chunk(128))
        {
            using var inner = NewDisposeScope();
            var copies = chunk.SelectMany(i => new[] { Moved(i, Step), Moved(i, -Step) }).SelectMany(copy => copy).ToArray();
            var batch = tensor(copies, [2 * chunk.Length, .. features.shape.Skip(1)]);
            var logits = Classify(Run(batch, end, units.Count)).contiguous().data<double>().ToArray().Chunk(specification.Outputs).ToArray();
            for (var i = 0; i < chunk.Length; i++)
            {
                gradient[chunk[i]] = (logits[2 * i][k] - logits[(2 * i) + 1][k]) / (2 * Step);
            }
        }

        return (values, gradient, features.shape);

        // What the head reads includes the cut's closing layers.
        Tensor Run(Tensor current, int first, int last)
        {
            for (var unit = first; unit < last; unit++)
            {
                current = runner.Apply(units[unit].Unit.Body, current, updateStatistics: false);
            }

            return last == units.Count && first < last && specification.Plan.Closing is { } closing ? runner.Apply(closing, current, updateStatistics: false) : current;
        }

        Tensor Classify(Tensor atCut)
        {
            var flat = atCut.flatten(2);
            var pooled = specification.Pooling switch
            {
                HeadPooling.Average => flat.mean([2L]),
                HeadPooling.Flatten => flat.flatten(1),
                _ => cat([flat.mean([2L]), flat.amax([2L])], dim: 1),
            };
            return pooled.matmul(state[specification.HeadWeightName].t()) + state[specification.HeadBiasName];
        }

        double[] Moved(int index, double by)
        {
            var copy = (double[])values.Clone();
            copy[index] += by;
            return copy;
        }
    }
}
