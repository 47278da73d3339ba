using TruncatedTL.MLNet.Training;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Training;

public class ClassWeightsTests
{
    [Fact]
    public void Balanced_IsInverseFrequency_OneOnAverageOverExamples()
    {
        var weights = ClassWeights.Compute(new TrainingOptions(), [60, 30, 10]);

        Assert.Equal([100 / 180f, 100 / 90f, 100 / 30f], weights);
        Assert.Equal(100, 60 * weights[0] + 30 * weights[1] + 10 * weights[2], 4);
    }

    [Fact]
    public void Balanced_WithAnAbsentClass_GivesItOne() =>
        Assert.Equal([0.625f, 1, 2.5f], ClassWeights.Compute(new TrainingOptions(), [8, 0, 2]));

    [Fact]
    public void None_IsOne() =>
        Assert.Equal([1, 1], ClassWeights.Compute(new TrainingOptions { ClassWeighting = ClassWeighting.None }, [8, 2]));

    [Fact]
    public void Explicit_IsAsGiven()
    {
        var options = new TrainingOptions { ClassWeighting = ClassWeighting.Explicit, ClassWeights = [1, 9] };

        Assert.Equal([1, 9], ClassWeights.Compute(options, [8, 2]));
        Assert.Contains("2 values; there are 3 classes", Assert.Throws<ArgumentException>(() => ClassWeights.Compute(options, [8, 2, 1])).Message, StringComparison.Ordinal);
    }
}
