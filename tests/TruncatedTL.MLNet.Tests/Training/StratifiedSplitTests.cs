using FsCheck;
using FsCheck.Xunit;
using TruncatedTL.MLNet.Training;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Training;

public class StratifiedSplitTests
{
    [Property(MaxTest = 200)]
    public void EveryPositionIsOnOneSide_AndEveryClassKeepsItsShare(NonEmptyArray<byte> bytes, byte percent, int seed)
    {
        var labels = bytes.Get.Select(value => value % 4).ToArray();
        var fraction = percent % 100 / 100.0;

        var (training, heldOut) = StratifiedSplit.Create(labels, fraction, seed);

        Assert.Equal(Enumerable.Range(0, labels.Length), training.Concat(heldOut).Order());
        Assert.Equal(training.Order(), training);
        foreach (var members in labels.GroupBy(label => label))
        {
            var count = heldOut.Count(position => labels[position] == members.Key);
            Assert.InRange(count, fraction > 0 && members.Count() > 1 ? 1 : 0, members.Count() - 1);
            Assert.True(Math.Abs(count - fraction * members.Count()) <= 1);
        }
    }

    [Fact]
    public void SameSeed_SameSplit_OtherSeed_OtherSplit()
    {
        var labels = Enumerable.Range(0, 200).Select(i => i % 3).ToArray();

        Assert.Equal(StratifiedSplit.Create(labels, 0.3, 7).HeldOut, StratifiedSplit.Create(labels, 0.3, 7).HeldOut);
        Assert.NotEqual(StratifiedSplit.Create(labels, 0.3, 7).HeldOut, StratifiedSplit.Create(labels, 0.3, 8).HeldOut);
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1)]
    [InlineData(double.NaN)]
    public void FractionOutOfRange_IsRefused(double fraction) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => StratifiedSplit.Create([0, 1], fraction, 1));
}
