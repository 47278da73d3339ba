using TruncatedTL.MLNet.Backbones;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Backbones;

public class LayerCounterTests
{
    private static readonly FeatureShape Input = new(4, [8, 6]);

    [Fact]
    public void Convolution_CountsWeightsBiasAndPositions()
    {
        var counter = new LayerCounter();
        var shape = counter.Apply(new Convolution("a", 4, 6, [3, 3], [2, 2], [1, 1], Groups: 2, Bias: true), Input);

        Assert.Equal("[6, 4, 3]", shape.ToString());
        Assert.Equal(6 * 2 * 9 + 6, counter.Parameters);
        Assert.Equal(6 * 2 * 9 * (4 * 3), counter.Macs);
    }

    [Fact]
    public void Dilation_WidensTheWindow()
    {
        var layer = new Convolution("a", 4, 4, [3, 3], [1, 1], [0, 0]) { Dilation = [2, 1] };

        Assert.Equal([4, 4], new LayerCounter().Apply(layer, Input).Spatial);
    }

    [Fact]
    public void LayersThatDoNotFit_Throw()
    {
        var wider = new Convolution("b", 4, 8, [1, 1], [1, 1], [0, 0]);
        var coarser = new Pooling(PoolingKind.Average, [2, 2], [2, 2], [0, 0]);

        AssertMisfit(new Convolution("a", 3, 4, [1, 1], [1, 1], [0, 0]), "'a' is defined for 3 channels but receives 4");
        AssertMisfit(new BatchNormalization("n", 5), "'n' is defined for 5 channels");
        AssertMisfit(new ZeroPadChannels(2), "4 channels cannot be padded to 2");
        AssertMisfit(new Branches(BranchCombination.Sum, [Sequence.Identity, wider]), "cannot be added: [4, 8, 6] + [8, 8, 6]");
        AssertMisfit(new Branches(BranchCombination.Sum, [Sequence.Identity, coarser]), "cannot be added");
        AssertMisfit(new Branches(BranchCombination.Concatenate, [Sequence.Identity, coarser]), "cannot be concatenated");
        AssertMisfit(new Branches(BranchCombination.Multiply, [Sequence.Identity, wider]), "cannot be multiplied");
        AssertMisfit(new Branches(BranchCombination.Multiply, [Sequence.Identity, coarser]), "cannot be multiplied");
    }

    private static void AssertMisfit(Layer layer, string message) =>
        Assert.Contains(message, Assert.Throws<InvalidOperationException>(() => new LayerCounter().Apply(layer, Input)).Message, StringComparison.Ordinal);
}
