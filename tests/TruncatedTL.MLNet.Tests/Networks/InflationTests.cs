using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Networks;
using TruncatedTL.MLNet.Strategies;
using TruncatedTL.MLNet.Tests.Onnx;
using TruncatedTL.MLNet.Weights;
using Xunit;
using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Tests.Networks;

/// <summary>Weights of networks on images in their counterparts on volumes.</summary>
public class InflationTests : SingleThreadedTorchTests
{
    [Theory]
    [InlineData("resnet18", "resnet18_3d")]
    [InlineData("resnet18", "resnet18_3d_b")]
    [InlineData("resnet18", "r3d_18")]
    [InlineData("resnet34", "resnet34_3d")]
    [InlineData("resnet50", "resnet50_3d")]
    [InlineData("densenet121", "densenet121_3d")]
    public void Every_tensor_of_the_volume_network_is_filled(string images, string volumes)
    {
        var file = new WeightsFile(RandomTensors.For(Specification(images), seed: 1));
        var target = Backbone.Create(volumes);
        var expected = target.Units
            .SelectMany(unit => ParameterSpecification.Of(unit.Body).Select(p => new ExpectedTensor(p.Name, p.Shape, IsInputStem: unit.InputConvolution is { } stem && p.Name == $"{stem}.weight")))
            .ToArray();
        foreach (var inflation in Enum.GetValues<KernelInflation>())
        {
            var match = WeightsMatcher.Match(file, expected, new WeightsMatchOptions
            {
                Inflation = inflation,
                Renames = [.. target.FormerNames.Select(rule => new KeyRename(rule.Pattern, rule.Replacement))],
            });
            Assert.True(match.Report.IsComplete);

            // Exactly the convolutions were changed, and each sums up to what it was.
            var convolutions = expected.Where(tensor => tensor.Shape.Count == 5).Select(tensor => tensor.Name).ToArray();
            Assert.Equal(convolutions.Order(), match.Report.Adapted.Select(tensor => tensor.Name).Order());
            var name = convolutions[^1];
            var source = file.Tensors[match.Report.RemovedPrefix + SourceName(name)];
            Assert.Equal(source.ToSingle().Sum(value => (double)value), match.Tensors[name].ToSingle().Sum(value => (double)value), 3);
        }
    }

    [Fact]
    public void A_volume_of_equal_slices_is_answered_as_one_slice()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(3, CPU);
        using var gradients = no_grad();
        var kernel = randn([4, 2, 3, 3], generator: generator);
        var slice = randn([1, 2, 9, 8], generator: generator);
        var inflated = KernelInflater.Inflate(TensorTransfer.ToManaged(kernel), 3, KernelInflation.Average);
        var volume = slice.unsqueeze(2).expand(1, 2, 5, 9, 8);

        var expected = nn.functional.conv2d(slice, kernel);
        var actual = nn.functional.conv3d(volume, TensorTransfer.Single(inflated).reshape(4, 2, 3, 3, 3));
        Assert.True(actual.allclose(expected.unsqueeze(2).expand_as(actual), rtol: 1e-4, atol: 1e-5));
    }

    // The last convolution's name in the networks on images.
    private static string SourceName(string name) => name.Replace(".layers.", ".", StringComparison.Ordinal).Replace("conv2.0.weight", "conv2.weight", StringComparison.Ordinal);

    private static NetworkSpecification Specification(string name) =>
        new(TransferStrategy.FromScratch().Resolve(Backbone.Create(name)), HeadPooling.Average, 2, [64, 64]);
}
