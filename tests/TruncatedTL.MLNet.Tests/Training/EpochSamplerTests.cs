using FsCheck;
using FsCheck.Xunit;
using TruncatedTL.MLNet.Training;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Training;

public class EpochSamplerTests
{
    [Property(MaxTest = 300)]
    public void BatchSizes_CoverAllImages_EvenlyAndWithoutSingles(PositiveInt count, PositiveInt batchSize)
    {
        var images = count.Get + 1;
        var size = batchSize.Get + 1;

        var sizes = EpochSampler.BatchSizes(images, size, avoidSingles: true);

        Assert.Equal(images, sizes.Sum());
        Assert.True(sizes.Max() - sizes.Min() <= 1);
        Assert.True(sizes.Min() >= 2);
        Assert.True(sizes.Max() <= size || (size == 2 && sizes.Max() == 3));
    }

    [Fact]
    public void BatchSizes_SpreadTheRemainder()
    {
        Assert.Equal([33, 32], EpochSampler.BatchSizes(65, 64, avoidSingles: true));
        Assert.Equal([3, 2], EpochSampler.BatchSizes(5, 2, avoidSingles: true));
        Assert.Equal([2, 2, 1], EpochSampler.BatchSizes(5, 2, avoidSingles: false));
        Assert.Equal([1], EpochSampler.BatchSizes(1, 64, avoidSingles: true));
    }

    [Fact]
    public void Shuffled_DrawsEachImageOnce_InAnOrderOfItsOwnEachEpoch()
    {
        var first = EpochSampler.Shuffled(100, seed: 1, epoch: 1);
        var second = EpochSampler.Shuffled(100, seed: 1, epoch: 2);

        Assert.Equal(Enumerable.Range(0, 100), first.Select(draw => draw.Index).Order());
        Assert.All(first, draw => Assert.Equal(0, draw.Repetition));
        Assert.Equal(first, EpochSampler.Shuffled(100, seed: 1, epoch: 1));
        Assert.NotEqual(first, second);
        Assert.NotEqual(first, EpochSampler.Shuffled(100, seed: 2, epoch: 1));
    }

    [Fact]
    public void Balanced_DrawsClassesEquallyOften_AndRepeatsNoImageTooSoon()
    {
        var labels = Enumerable.Range(0, 100).Select(i => i < 85 ? 0 : i < 95 ? 1 : 3).ToArray();

        var draws = EpochSampler.Balanced(labels, 4, seed: 1, epoch: 1);

        Assert.Equal(100, draws.Length);
        Assert.Equal(100, draws.Distinct().Count());
        var byClass = draws.GroupBy(draw => labels[draw.Index]).ToDictionary(group => group.Key, group => group.ToArray());
        Assert.Equal([0, 1, 3], byClass.Keys.Order());
        Assert.All(byClass.Values, group => Assert.InRange(group.Length, 33, 34));
        Assert.All(byClass[0], draw => Assert.Equal(0, draw.Repetition));
        Assert.All(byClass[1].CountBy(draw => draw.Index), pair => Assert.InRange(pair.Value, 3, 4));
        Assert.All(byClass[3].CountBy(draw => draw.Index), pair => Assert.InRange(pair.Value, 6, 7));
    }

    [Fact]
    public void Balanced_ReachesAllImagesOfAFrequentClassOverEpochs()
    {
        var labels = Enumerable.Range(0, 100).Select(i => i < 90 ? 0 : 1).ToArray();
        var seen = Enumerable.Range(1, 12).SelectMany(epoch => EpochSampler.Balanced(labels, 2, seed: 1, epoch)).Select(draw => draw.Index).Distinct();

        Assert.Equal(100, seen.Count());
    }
}
