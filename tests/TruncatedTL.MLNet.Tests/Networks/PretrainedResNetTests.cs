using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Data.Numpy;
using TruncatedTL.MLNet.Networks;
using TruncatedTL.MLNet.Strategies;
using TruncatedTL.MLNet.Tests.Support;
using TruncatedTL.MLNet.Weights;
using Xunit;
using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Tests.Networks;

/// <summary>Real weights on real images: 500 labelled 64 px images with the figures that PyTorch gave for them.</summary>
public sealed class PretrainedResNetTests
{
    private const int Classes = 200;

    [SkippableFact]
    public void A_published_checkpoint_classifies_as_it_does_in_PyTorch()
    {
        var weights = WeightsFile.Load(RepositoryFiles.RequireShared("weights", "resnet18_tiny_imagenet_64.safetensors"));
        using var file = NpzFile.Open(RepositoryFiles.RequireShared("data", "natural", "tiny_imagenet_val_500.npz"));
        var images = file.Read("images").AsSpan<byte>();
        var labels = file.Read("labels").AsSpan<long>();

        var plan = TransferStrategy.Full().Resolve(Backbone.Create(BackboneNames.ResNet18));
        var specification = new NetworkSpecification(plan, HeadPooling.Average, Classes, [64, 64]);
        using var network = TransferNetwork.Create(specification, seed: 1, CPU);
        var expected = specification.Parameters().Select(p => new ExpectedTensor(p.Name, p.Shape)).ToArray();
        var match = WeightsMatcher.Match(weights, expected, new WeightsMatchOptions { AllowHeadReplacement = false });
        Assert.True(match.Report.IsComplete);
        Assert.Empty(match.Report.Unexpected);
        network.Load(match.Tensors);

        var logits = Logits(network, images);
        var correct = 0;
        for (var i = 0; i < labels.Length; i++)
        {
            var row = logits.AsSpan(i * Classes, Classes);
            correct += row.IndexOf(System.Numerics.Tensors.TensorPrimitives.Max<float>(row)) == labels[i] ? 1 : 0;
        }

        Assert.Equal(221, correct);
        AssertNear([-0.3477f, -0.4332f, -2.1259f, -1.3431f, 0.4570f, 2.2737f, 0.2793f, 0.3840f], logits.AsSpan(0, 8));
        AssertNear([-1.4345f, -1.4212f, 0.2862f, -0.2566f, -0.4930f, 0.4276f, 0.4161f, 0.4471f], logits.AsSpan(Classes, 8));
    }

    // The file holds [500, 64, 64, 3] bytes.
    private static float[] Logits(TransferNetwork network, ReadOnlySpan<byte> images)
    {
        using var gradients = inference_mode();
        using var scope = NewDisposeScope();
        var (factor, offset) = PixelNormalization.ImageNet.ForChannels(3);
        var pixels = tensor(images.ToArray().AsMemory(), [images.Length / (64 * 64 * 3), 64, 64, 3]).permute(0, 3, 1, 2).to(ScalarType.Float32);
        var normalized = pixels * tensor(factor).reshape(1, 3, 1, 1) + tensor(offset).reshape(1, 3, 1, 1);
        return cat(normalized.split(100).Select(batch => network.Forward(batch, training: false)).ToArray()).data<float>().ToArray();
    }

    private static void AssertNear(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], actual[i], 2e-4f);
        }
    }
}
