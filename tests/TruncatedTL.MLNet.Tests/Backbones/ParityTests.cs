using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Networks;
using TruncatedTL.MLNet.Strategies;
using TruncatedTL.MLNet.Tests.Networks;
using TruncatedTL.MLNet.Tests.Support;
using Xunit;
using Xunit.Abstractions;
using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Tests.Backbones;

/// <summary>The networks compute what PyTorch's compute: same names, same shapes, same numbers at every cut.</summary>
public class ParityTests(ITestOutputHelper output) : SingleThreadedTorchTests
{
    private const double RelativeTolerance = 1e-4;

    // The references give pooled activations and logits with six decimals.
    private const double Rounding = 0.5e-6;

    [SkippableTheory]
    [InlineData("resnet18")]
    [InlineData("resnet50")]
    [InlineData("densenet121")]
    [InlineData("r3d_18")]
    public void Network_AgreesWithSharedReference(string model) =>
        Compare(ParityReference.Read(RepositoryFiles.RequireShared("parity", $"{model}.json")));

    [Theory]
    [InlineData("resnet34")]
    [InlineData("resnet101")]
    [InlineData("densenet121")]
    [InlineData("densenet169")]
    [InlineData("densenet201")]
    [InlineData("mobilenet_v2")]
    [InlineData("efficientnet_b0")]
    [InlineData("resnet10_3d")]
    [InlineData("resnet10_3d_depth_stride_1")]
    [InlineData("resnet18_3d")]
    [InlineData("resnet18_3d_b")]
    [InlineData("resnet34_3d")]
    [InlineData("resnet34_3d_b")]
    [InlineData("resnet50_3d")]
    [InlineData("densenet121_3d")]
    public void Network_AgreesWithFixture(string fixture) =>
        Compare(ParityReference.Read(Path.Combine(RepositoryFiles.Root, "tests", "TruncatedTL.MLNet.Tests", "Backbones", "Fixtures", $"{fixture}.json")));

    private void Compare(ParityReference reference)
    {
        var backbone = Backbone.Create(reference.Model, (int)reference.InputShape[1], reference.StemDepthStride);
        var spatial = reference.InputShape.Skip(2).Select(length => (int)length).ToArray();
        var plan = TransferStrategy.Full().Resolve(backbone);
        var specification = new NetworkSpecification(plan, HeadPooling.Average, reference.OutputCount, spatial);
        CompareParameters(reference, specification);

        using var network = TransferNetwork.Create(specification, seed: 0, CPU);
        ParityFormula.Fill(network);
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        var images = ParityFormula.Input(reference.InputShape);
        var worst = 0.0;
        var features = images;
        var unit = 0;
        foreach (var expected in reference.Cuts)
        {
            var cut = backbone.FindCut(expected.Name);
            features = network.RunUnits(features, unit, cut.Index, training: false);
            unit = cut.Index;
            var atCut = backbone.Units[unit - 1].Closing is { } closing ? Closed(closing, features) : features;
            Assert.Equal(expected.OutputShape, atCut.shape.Skip(1));
            worst = Math.Max(worst, Difference($"{cut.Name} mean", expected.Mean, atCut.mean().item<float>(), expected.StandardDeviation));
            worst = Math.Max(worst, Difference($"{cut.Name} std", expected.StandardDeviation, atCut.std().item<float>()));
            worst = Math.Max(worst, CompareFirst8($"{cut.Name} pooled", expected.PooledFirst8, atCut.flatten(start_dim: 2).mean([2L])));
        }

        features = network.RunUnits(features, unit, backbone.Units.Count, training: false);
        worst = Math.Max(worst, CompareFirst8("logits", reference.LogitsFirst8, network.Classify(features)));
        output.WriteLine($"{reference.Model}: {reference.Cuts.Count} cuts, largest relative difference {worst:0.0e+0}");
    }

    private static void CompareParameters(ParityReference reference, NetworkSpecification specification)
    {
        var parameters = specification.Parameters().ToArray();
        if (reference.Parameters is { } entries)
        {
            var expected = entries.Select(e => $"{e[0].GetString()}[{string.Join(", ", e[1].EnumerateArray().Select(length => length.GetInt64()))}]");
            Assert.Equal(expected, parameters.Select(ParityReference.Line));
        }
        else
        {
            Assert.Equal(reference.TensorCount, parameters.Length);
            Assert.Equal(reference.ParametersSha256, ParityReference.Digest(parameters));
        }

        Assert.Equal(reference.Trainable, specification.ParameterCount);
    }

    private static Tensor Closed(Layer closing, Tensor features)
    {
        using var scope = NewDisposeScope();
        var state = ParameterSpecification.Of(closing).ToDictionary(p => p.Name, ParityFormula.Value);
        return new LayerRunner(state).Apply(closing, features, updateStatistics: false).MoveToOuterDisposeScope();
    }

    private static double CompareFirst8(string what, double[][] expected, Tensor actual)
    {
        Assert.Equal(expected.Length, actual.shape[0]);
        using var scope = NewDisposeScope();
        var worst = 0.0;
        for (var image = 0; image < expected.Length; image++)
        {
            for (var channel = 0; channel < expected[image].Length; channel++)
            {
                worst = Math.Max(worst, Difference($"{what}[{image}, {channel}]", expected[image][channel], actual[image, channel].item<float>()));
            }
        }

        return worst;
    }

    // The mean of values around zero says nothing relative to itself; it is compared relative to the spread.
    private static double Difference(string what, double expected, double actual, double scale = 0)
    {
        var magnitude = Math.Max(Math.Abs(expected), scale);
        var beyondRounding = Math.Max(0, Math.Abs(actual - expected) - Rounding);

        // Values of a few rounding units have no relative error worth the name.
        var relative = beyondRounding / Math.Max(magnitude, 0.01);
        Assert.True(relative <= RelativeTolerance, $"{what}: expected {expected}, is {actual}, a relative difference of {relative:0.0e+0}.");
        return relative;
    }
}
