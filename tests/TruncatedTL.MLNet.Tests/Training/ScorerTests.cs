using TruncatedTL.MLNet.Networks;
using TruncatedTL.MLNet.Training;
using Xunit;
using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Tests.Training;

[Collection(TorchCollection.Name)]
public class ScorerTests
{
    [Fact]
    public void Logits_AreThoseOfTheNetwork_InOrder_WhateverTheBatchSize()
    {
        using var scope = NewDisposeScope();
        using var network = TrainingSamples.SmallNetwork(outputs: 3);
        var images = TrainingSamples.Stripes(11).Images;

        var single = Enumerable.Range(0, 11).SelectMany(i => Direct(network, images, i)).ToArray();
        var batched = Scorer.Logits(network, images, TrainingSamples.Normalization, batchSize: 4);
        var rows = Scorer.Logits(network, images, new[] { 7, 2 }, TrainingSamples.Normalization, batchSize: 64);

        Assert.Equal(33, batched.Length);
        Assert.All(single.Zip(batched), pair => Assert.Equal(pair.First, pair.Second, 1e-4));
        Assert.All(single[21..24].Concat(single[6..9]).Zip(rows), pair => Assert.Equal(pair.First, pair.Second, 1e-4));
    }

    [Fact]
    public void Scoring_ChangesNothing()
    {
        using var network = TrainingSamples.SmallNetwork();
        var before = TrainingSamples.Bytes(network);

        Scorer.Logits(network, TrainingSamples.Stripes(8).Images, TrainingSamples.Normalization, batchSize: 4);

        Assert.Equal(before, TrainingSamples.Bytes(network));
    }

    [Fact]
    public void NoRows_GiveNoLogits()
    {
        using var network = TrainingSamples.SmallNetwork();

        Assert.Empty(Scorer.Logits(network, TrainingSamples.Stripes(2).Images, ReadOnlyMemory<int>.Empty, TrainingSamples.Normalization, batchSize: 4));
    }

    [Fact]
    public void Cancelled_StopsBeforeTheNextBatch()
    {
        using var network = TrainingSamples.SmallNetwork();
        using var source = new CancellationTokenSource();
        var batches = 0;

        Assert.Throws<OperationCanceledException>(() => Scorer.Logits(
            network,
            TrainingSamples.Stripes(8).Images,
            Enumerable.Range(0, 8).ToArray(),
            TrainingSamples.Normalization,
            batchSize: 2,
            (done, _) =>
            {
                batches = done;
                source.Cancel();
            },
            source.Token));
        Assert.Equal(1, batches);
    }

    [Fact]
    public void ImagesOfAnotherShape_AreRefused()
    {
        using var network = TrainingSamples.SmallNetwork();
        var images = new ImageStore(1, 16, 16);
        images.Append(new byte[256]);

        var error = Assert.Throws<ArgumentException>(() => Scorer.Logits(network, images, TrainingSamples.Normalization, batchSize: 2));

        Assert.Contains("[1, 16, 16]; the network reads [1, 32, 32]", error.Message, StringComparison.Ordinal);
    }

    private static float[] Direct(TransferNetwork network, ImageStore images, int index)
    {
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        var pixels = new float[images.ImageLength];
        images.CopyTo(index, pixels);
        var input = tensor(pixels).reshape(1, 1, TrainingSamples.Side, TrainingSamples.Side).div(255).sub(0.5).div(0.25);
        return network.Forward(input, training: false).data<float>().ToArray();
    }
}
