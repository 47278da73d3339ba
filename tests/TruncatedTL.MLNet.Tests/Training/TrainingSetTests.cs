using TruncatedTL.MLNet.Training;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Training;

public class TrainingSetTests
{
    private static readonly string[] Names = ["healthy", "ill", "unclear"];

    [Fact]
    public void Empty_IsRefused() =>
        Assert.Throws<TrainingDataException>(() => new TrainingSet(new ImageStore(1, 1, 1), [], Names));

    [Fact]
    public void OneClassOnly_IsNamed()
    {
        var set = new TrainingSet(Images(2), [1, 1], Names);

        Assert.Contains("'ill'", Assert.Throws<TrainingDataException>(set.RequireTwoClasses).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(-1)]
    public void LabelOutOfRange_NamesTheRow(int label)
    {
        var error = Assert.Throws<TrainingDataException>(() => new TrainingSet(Images(3), [0, 1, label], Names));

        Assert.Equal(2, error.Row);
        Assert.Contains($"Row 2: the label {label}", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-0.5f)]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void WeightOutOfRange_NamesTheRow(float weight) =>
        Assert.Equal(1, Assert.Throws<TrainingDataException>(() => new TrainingSet(Images(2), [0, 1], Names, [1, weight])).Row);

    [Fact]
    public void WeightsThatAreAllZero_AreRefused()
    {
        Assert.Throws<TrainingDataException>(() => new TrainingSet(Images(2), [0, 1], Names, [0, 0]));
        var set = new TrainingSet(Images(2), [0, 1], Names, [0, 1]);
        Assert.Throws<TrainingDataException>(() => set.Subset([0]));
    }

    [Fact]
    public void LengthsThatDiffer_AreRefused()
    {
        Assert.Throws<TrainingDataException>(() => new TrainingSet(Images(2), [0], Names));
        Assert.Throws<TrainingDataException>(() => new TrainingSet(Images(2), [0, 1], Names, [1]));
    }

    [Fact]
    public void Subset_KeepsLabelsWeightsAndRows()
    {
        var set = new TrainingSet(Images(4), [0, 1, 2, 1], Names, [1, 2, 3, 4]).Subset([3, 1, 2]).Subset([0, 2]);

        Assert.Equal([1, 2], set.Labels.ToArray());
        Assert.Equal([3, 2], set.Rows.ToArray());
        Assert.Equal(4, set.Weight(0));
        Assert.Equal(3, set.Weight(1));
        Assert.Equal([0, 1, 1], set.CountByClass());
        Assert.Equal(["healthy"], set.AbsentClasses());
    }

    [Fact]
    public void EmptySubset_IsRefused() => Assert.Throws<TrainingDataException>(() => new TrainingSet(Images(1), [0], Names).Subset([]));

    private static ImageStore Images(int count)
    {
        var store = new ImageStore(1, 1, 1);
        for (var i = 0; i < count; i++)
        {
            store.Append([(float)i]);
        }

        return store;
    }
}
