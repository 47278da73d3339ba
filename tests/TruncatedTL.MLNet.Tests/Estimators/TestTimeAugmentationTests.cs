using Microsoft.ML;
using Microsoft.ML.Data;
using TruncatedTL.MLNet.Training;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Estimators;

[Collection(Training.TorchCollection.Name)]
public sealed class TestTimeAugmentationTests
{
    private readonly MLContext _context = new(seed: 1);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Views_that_do_not_differ_give_the_plain_scores_without_spread(bool asBytes)
    {
        var data = SyntheticImages.View(_context, 130, classes: 3, asBytes: asBytes);
        using var model = Trainers.Multiclass(_context).Fit(data);
        var plain = model.PredictProbabilities(data);
        var views = model.PredictProbabilities(data, new TestTimeAugmentation { Views = 3, Augmentation = AugmentationOptions.None() });
        Assert.Equal(130, views.Count);
        foreach (var (expected, actual) in plain.Zip(views))
        {
            Assert.All(expected.Zip(actual.Mean), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
            Assert.All(actual.StandardDeviation, deviation => Assert.InRange(deviation, 0, 1e-5));
        }
    }

    [Fact]
    public void The_same_seed_gives_the_same_answer_whatever_the_batch_size()
    {
        var data = SyntheticImages.View(_context, 12);
        using var model = Trainers.Binary(_context).Fit(SyntheticImages.View(_context, 40));
        var first = model.PredictProbabilities(data, new TestTimeAugmentation { Views = 7, BatchSize = 3 });
        var second = model.PredictProbabilities(data, new TestTimeAugmentation { Views = 7 });
        var other = model.PredictProbabilities(data, new TestTimeAugmentation { Views = 7, Seed = 2 });
        foreach (var (a, b) in first.Zip(second))
        {
            Assert.All(a.Mean.Concat(a.StandardDeviation).Zip(b.Mean.Concat(b.StandardDeviation)), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
            Assert.Equal(1, a.Mean.Sum(), 1e-5);
            Assert.True(a.StandardDeviation[0] > 0);
        }

        Assert.NotEqual(second.Select(row => row.Mean[1]), other.Select(row => row.Mean[1]));
    }

    [Fact]
    public void A_flip_counts_as_much_as_the_image()
    {
        const int Side = SyntheticImages.Size;
        var data = SyntheticImages.View(_context, 20, seed: 3);
        using var model = Trainers.Binary(_context).Fit(SyntheticImages.View(_context, 64));
        var mirrored = data.GetColumn<byte[]>("Image").Select(image => new Mirrored { Image = [.. image.Chunk(Side).SelectMany(line => line.Reverse())] });
        var definition = SchemaDefinition.Create(typeof(Mirrored));
        definition["Image"].ColumnType = new VectorDataViewType(NumberDataViewType.Byte, 1, Side, Side);
        var flips = AugmentationOptions.None();
        flips.HorizontalFlip = 1;

        var plain = model.PredictProbabilities(data);
        var flipped = model.PredictProbabilities(_context.Data.LoadFromEnumerable(mirrored, definition));
        var both = model.PredictProbabilities(data, new TestTimeAugmentation { Views = 2, Augmentation = flips });
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal((plain[i][1] + flipped[i][1]) / 2, both[i].Mean[1], 1e-5);
            Assert.Equal(Math.Abs(plain[i][1] - flipped[i][1]) / Math.Sqrt(2), both[i].StandardDeviation[1], 1e-5);
            Assert.True(both[i].StandardDeviation[1] > 0.01);
        }
    }

    [Fact]
    public void Misuse_is_refused()
    {
        var data = SyntheticImages.View(_context, 16);
        using var model = Trainers.Binary(_context).Fit(data);
        Assert.Empty(model.PredictProbabilities(_context.Data.FilterRowsByColumn(data, "Group", lowerBound: 1e6), new TestTimeAugmentation()));
        Assert.Throws<ArgumentOutOfRangeException>(() => model.PredictProbabilities(data, new TestTimeAugmentation { Views = 1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => model.PredictProbabilities(data, new TestTimeAugmentation { BatchSize = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => model.PredictProbabilities(SyntheticImages.View(_context, 8, imageColumnName: "Picture"), new TestTimeAugmentation()));
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.Throws<OperationCanceledException>(() => model.PredictProbabilities(data, new TestTimeAugmentation { CancellationToken = source.Token }));
        var broken = SyntheticImages.View(_context, 4, asBytes: false, scale: float.NaN);
        using var ofSingles = Trainers.Binary(_context).Fit(SyntheticImages.View(_context, 16, asBytes: false));
        Assert.Throws<TrainingDataException>(() => ofSingles.PredictProbabilities(broken, new TestTimeAugmentation()));
    }

    private sealed class Mirrored
    {
        public byte[] Image { get; set; } = [];
    }
}
