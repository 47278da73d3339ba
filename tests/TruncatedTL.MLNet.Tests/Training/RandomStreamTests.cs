using TruncatedTL.MLNet.Training;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Training;

public class RandomStreamTests
{
    [Fact]
    public void SamePurposeAndNumbers_SameSequence()
    {
        var first = RandomStream.For(1, RandomPurpose.Order, 2, 3, 4);
        var second = RandomStream.For(1, RandomPurpose.Order, 2, 3, 4);

        Assert.Equal(Enumerable.Range(0, 10).Select(_ => first.NextDouble()), Enumerable.Range(0, 10).Select(_ => second.NextDouble()));
    }

    [Fact]
    public void AnyOtherNumber_OtherSequence()
    {
        RandomStream[] streams =
        [
            RandomStream.For(1, RandomPurpose.Order, 2, 3, 4),
            RandomStream.For(2, RandomPurpose.Order, 2, 3, 4),
            RandomStream.For(1, RandomPurpose.Mixup, 2, 3, 4),
            RandomStream.For(1, RandomPurpose.Order, 3, 2, 4),
            RandomStream.For(1, RandomPurpose.Order, 2, 4, 3),
            RandomStream.For(1, RandomPurpose.Order, 2, 3, 5),
            RandomStream.For(-1, RandomPurpose.Order, 2, 3, 4),
        ];

        Assert.Equal(streams.Length, streams.Select(stream => stream.NextDouble()).Distinct().Count());
    }

    [Fact]
    public void FirstNumbersOfNeighbouringStreams_AreUniform()
    {
        var values = Enumerable.Range(0, 10_000).Select(i => RandomStream.For(1, RandomPurpose.Augmentation, 1, i).NextDouble()).ToArray();
        var inTenth = values.CountBy(value => (int)(10 * value)).ToDictionary();

        Assert.InRange(values.Average(), 0.49, 0.51);
        Assert.Equal(10, inTenth.Count);
        Assert.All(inTenth.Values, count => Assert.InRange(count, 880, 1120));
    }

    [Fact]
    public void Integers_CoverTheirRangeEvenly()
    {
        var random = RandomStream.For(3, RandomPurpose.Order);
        var counts = new int[7];
        for (var i = 0; i < 7000; i++)
        {
            counts[random.NextInt32(7)]++;
        }

        Assert.All(counts, count => Assert.InRange(count, 880, 1120));
    }

    [Fact]
    public void Shuffle_IsAPermutation()
    {
        var values = Enumerable.Range(0, 100).ToArray();
        RandomStream.For(3, RandomPurpose.Order).Shuffle<int>(values);

        Assert.NotEqual(Enumerable.Range(0, 100), values);
        Assert.Equal(Enumerable.Range(0, 100), values.Order());
    }

    [Theory]
    [InlineData(0.2)]
    [InlineData(1)]
    [InlineData(4)]
    public void SymmetricBeta_HasItsMeanAndVariance(double alpha)
    {
        var random = RandomStream.For(9, RandomPurpose.Mixup);
        var values = Enumerable.Range(0, 20_000).Select(_ => random.SymmetricBeta(alpha)).ToArray();
        var mean = values.Average();
        var variance = values.Average(value => (value - mean) * (value - mean));

        Assert.All(values, value => Assert.InRange(value, 0, 1));
        Assert.InRange(mean, 0.49, 0.51);
        var expected = 1 / (4 * (2 * alpha + 1));
        Assert.InRange(variance, 0.95 * expected, 1.05 * expected);
    }

    [Fact]
    public void SymmetricBeta_OfTinyAlpha_IsANumber()
    {
        var random = RandomStream.For(9, RandomPurpose.Mixup);

        Assert.All(Enumerable.Range(0, 1000).Select(_ => random.SymmetricBeta(0.001)), value => Assert.InRange(value, 0, 1));
    }
}
