using TruncatedTL.MLNet.Weights;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Weights;

public class NetworkFingerprintTests
{
    [Theory]
    [InlineData(new[] { 2, 2, 2, 2 }, 2, "a ResNet-18")]
    [InlineData(new[] { 1, 1, 1, 1 }, 2, "a ResNet-10")]
    [InlineData(new[] { 3, 4, 6, 3 }, 2, "a ResNet-34")]
    [InlineData(new[] { 3, 4, 6, 3 }, 3, "a ResNet-50")]
    [InlineData(new[] { 3, 4, 23, 3 }, 3, "a ResNet-101")]
    [InlineData(new[] { 3, 8, 36, 3 }, 3, "a ResNet-152")]
    [InlineData(new[] { 3, 3, 3, 0 }, 2, "a CIFAR ResNet-20")]
    [InlineData(new[] { 2, 2, 0, 0 }, 2, "a residual network with 2-2-0-0 blocks")]
    public void CountsResidualBlocks(int[] blocks, int convolutions, string expected)
    {
        var names = blocks.SelectMany((count, layer) => Enumerable.Range(0, count).SelectMany(block =>
            Enumerable.Range(1, convolutions).Select(convolution => $"module.layer{layer + 1}.{block}.conv{convolution}.weight")));

        Assert.Equal($"{expected} (3D, 1 input channel, 7 classes)", Describe("module.fc.weight", [7, 512], [.. names]));
    }

    [Theory]
    [InlineData(new[] { 6, 12, 24, 16 }, "a DenseNet-121")]
    [InlineData(new[] { 6, 12, 32, 32 }, "a DenseNet-169")]
    [InlineData(new[] { 6, 12, 36, 24 }, "a DenseNet-161")]
    [InlineData(new[] { 6, 12, 48, 32 }, "a DenseNet-201")]
    [InlineData(new[] { 1, 2, 3, 4 }, "a DenseNet with 1-2-3-4 layers")]
    public void CountsDenseLayers(int[] layers, string expected)
    {
        var names = layers.SelectMany((count, block) => Enumerable.Range(1, count).Select(layer => $"features.denseblock{block + 1}.denselayer{layer}.conv1.weight"));

        Assert.Equal($"{expected} (3D, 1 input channel, 14 classes)", Describe("classifier.weight", [14, 1024], [.. names]));
    }

    [Theory]
    [InlineData("vit.encoder.class_token", "Vision Transformer")]
    [InlineData("patch_embed.proj.weight", "Vision Transformer")]
    [InlineData("layers.0.blocks.0.attn.relative_position_bias_table", "Swin")]
    [InlineData("Mixed_5b.branch1x1.conv.weight", "Inception")]
    [InlineData("features.28.weight", "VGG")]
    [InlineData("features.10.weight", "AlexNet")]
    [InlineData("features.1.conv.0.0.weight", "MobileNet v2")]
    [InlineData("blocks.0.0.conv_dw.weight", "EfficientNet")]
    public void KnowsOtherFamilies(string name, string expected) =>
        Assert.Contains(expected, Describe("x", [1], [name]), StringComparison.Ordinal);

    [Fact]
    public void SaysNothingWhereItDoesNotKnow() => Assert.Null(Describe("weight", [2, 2], ["something.else"]));

    private static string? Describe(string headName, long[] headShape, string[] convolutions)
    {
        var tensors = new OrderedDictionary<string, TensorData>();
        foreach (var name in convolutions)
        {
            tensors.Add(name, TensorData.FromSingle([1, 1, 1, 1, 1], [0]));
        }

        tensors.Add(headName, TensorData.FromSingle(headShape, new float[headShape.Aggregate(1L, (product, dimension) => product * dimension)]));
        return NetworkFingerprint.Describe(tensors);
    }
}
