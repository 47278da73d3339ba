using TruncatedTL.MLNet.Networks;
using TruncatedTL.MLNet.Tests.Training;
using Xunit;
using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Tests.Networks;

[Collection(TorchCollection.Name)]
public class MemoryLayoutTests
{
    [Theory]
    [InlineData(new long[] { 2, 3, 4, 5 }, new long[] { 60, 1, 15, 3 })]
    [InlineData(new long[] { 2, 3, 4, 5, 6 }, new long[] { 360, 1, 90, 18, 3 })]
    [InlineData(new long[] { 2, 3 }, new long[] { 3, 1 })]
    public void ChannelsLast_ChangesStridesOnly(long[] shape, long[] strides)
    {
        using var scope = NewDisposeScope();
        var tensor = rand(shape);

        var moved = MemoryLayout.ChannelsLast(tensor);

        Assert.Equal(shape, moved.shape);
        Assert.Equal(strides, moved.stride());
        Assert.True(moved.equal(tensor).all().item<bool>());
    }

    [Fact]
    public void ChannelsLast_OfSuchATensor_CopiesNothing()
    {
        using var scope = NewDisposeScope();
        var moved = MemoryLayout.ChannelsLast(rand(2, 3, 4, 5));
        var again = MemoryLayout.ChannelsLast(moved);

        again.fill_(7);

        Assert.True(moved.eq(7).all().item<bool>());
    }

    [Fact]
    public void Network_KeepsWeightsChannelsLast_AndSnapshotsRowMajor()
    {
        using var scope = NewDisposeScope();
        using var network = TrainingSamples.SmallNetwork();
        using var other = TrainingSamples.SmallNetwork(seed: 2);
        const string Name = "layer1.0.conv1.weight";
        var snapshot = network.Snapshot();

        other.Load(snapshot);

        Assert.Equal([576, 1, 192, 64], other.State[Name].stride());
        var rowMajor = network.State[Name].detach().contiguous().flatten().data<float>().ToArray();
        Assert.Equal(rowMajor, snapshot[Name].ToSingle());
        Assert.Equal(rowMajor, other.Snapshot()[Name].ToSingle());
        var images = rand(2, 1, TrainingSamples.Side, TrainingSamples.Side);
        Assert.True(network.Forward(images, training: false).equal(other.Forward(MemoryLayout.ChannelsLast(images), training: false)).all().item<bool>());
    }
}
