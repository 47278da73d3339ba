using TruncatedTL.MLNet.Tests.Evaluation.Statistics;
using TruncatedTL.MLNet.Training;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Training;

public class FeatureDensityTests
{
    [Fact]
    public void Shrunk_covariances_equal_the_reference() => Assert.All(CalibrationReference.Read().Shrunk, example =>
    {
        var (covariance, shrinkage) = LedoitWolf.Covariance(example.Values, example.Dimension);
        Assert.Equal(example.Shrinkage, shrinkage, 1e-9);
        Assert.All(example.Covariance.Zip(covariance), pair => Assert.Equal(pair.First, pair.Second, 1e-9));
    });

    [Fact]
    public void Distances_do_not_depend_on_the_units_of_the_features()
    {
        var (features, labels) = Sample(60, new Random(1));
        float[] factors = [1, 8, 0.5f];
        float[] scaled = [.. features.Select((value, k) => value * factors[k % 3])];
        var plain = FeatureDensity.Fit(features, 3, labels);
        var other = FeatureDensity.Fit(scaled, 3, labels);
        foreach (var (left, right) in features.Chunk(3).Zip(scaled.Chunk(3)))
        {
            Assert.Equal(plain.Distance(left), other.Distance(right), 1e-6);
        }

        Assert.Equal(2, plain.ClassCount);
    }

    [Fact]
    public void A_point_far_from_both_classes_is_farther_than_any_known_one()
    {
        var (features, labels) = Sample(200, new Random(2));
        var density = FeatureDensity.Fit(features, 3, labels);
        var known = features.Chunk(3).Select(x => density.Distance(x)).ToArray();
        Assert.True(density.Distance([5, 0, 0]) > known.Max());

        // With 3 features the mean squared distance is about 3, a little less because of the shrinkage and of the nearest class.
        Assert.InRange(known.Average(d => d * d), 2, 4);
    }

    [Fact]
    public void A_feature_that_never_varied_does_not_spoil_the_others()
    {
        var (features, labels) = Sample(50, new Random(3));
        for (var k = 2; k < features.Length; k += 3)
        {
            features[k] = 1;
        }

        var density = FeatureDensity.Fit(features, 3, labels);
        Assert.All(features.Chunk(3), x => Assert.InRange(density.Distance(x), 0, 10));
        Assert.True(density.Distance([features[0], features[1], 2]) > 10);
    }

    [Fact]
    public void Images_that_do_not_vary_are_refused()
    {
        Assert.Throws<TrainingDataException>(() => FeatureDensity.Fit([1, 2, 1, 2, 1, 2], 2, [0, 0, 0]));
        Assert.Throws<TrainingDataException>(() => FeatureDensity.Fit([1, 2, 3, 4], 2, [0, 1]));
        Assert.Throws<TrainingDataException>(() => FeatureDensity.Fit([1, float.NaN, 3, 4], 2, [0, 0]));
    }

    private static (float[] Features, int[] Labels) Sample(int count, Random random)
    {
        var labels = Enumerable.Range(0, count).Select(i => i % 2).ToArray();
        return ([.. labels.SelectMany(label => new[] { Normal() + (10 * label), Normal() - label, Normal() })], labels);

        float Normal() => (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
    }
}
