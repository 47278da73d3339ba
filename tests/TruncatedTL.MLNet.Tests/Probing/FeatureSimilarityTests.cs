using TruncatedTL.MLNet.Probing;
using TruncatedTL.MLNet.Tests.Training;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Probing;

[Collection(TorchCollection.Name)]
public class FeatureSimilarityTests
{
    private const int Rows = 80;
    private const int Columns = 6;
    private static readonly float[] Features = ProbingSamples.Features(Rows, Columns, i => i % 2, signal: 2);

    [Fact]
    public void Features_are_like_themselves_whatever_their_rotation_and_scale()
    {
        var plain = new FeatureMatrix(Features, Columns);
        var changed = new FeatureMatrix([.. ProbingSamples.Rotated(Features, Columns).Select(value => (3 * value) + 1)], Columns);

        Assert.Equal(1, FeatureSimilarity.LinearCka(plain, plain)!.Value, 1e-12);
        Assert.Equal(1, FeatureSimilarity.LinearCka(plain, plain, unbiased: true)!.Value, 1e-12);
        Assert.Equal(1, FeatureSimilarity.LinearCka(plain, changed)!.Value, 1e-6);
        Assert.Equal(1, FeatureSimilarity.Svcca(plain, plain)!.Value, 1e-9);
        Assert.Equal(1, FeatureSimilarity.Svcca(plain, changed, share: 1)!.Value, 1e-6);
    }

    [Fact]
    public void Similarity_is_symmetric()
    {
        var first = new FeatureMatrix(Features, Columns);
        var second = new FeatureMatrix(ProbingSamples.Features(Rows, 9, i => i % 2, signal: 2, seed: 5), 9);

        Assert.Equal(FeatureSimilarity.LinearCka(first, second)!.Value, FeatureSimilarity.LinearCka(second, first)!.Value, 1e-12);
        Assert.Equal(FeatureSimilarity.Svcca(first, second)!.Value, FeatureSimilarity.Svcca(second, first)!.Value, 1e-12);
    }

    [Fact]
    public void Unrelated_wide_features_look_alike_only_to_the_biased_estimate()
    {
        var first = new FeatureMatrix(ProbingSamples.Features(30, 200, _ => 0, seed: 2), 200);
        var second = new FeatureMatrix(ProbingSamples.Features(30, 200, _ => 0, seed: 3), 200);

        Assert.True(FeatureSimilarity.LinearCka(first, second) > 0.7);
        Assert.InRange(FeatureSimilarity.LinearCka(first, second, unbiased: true)!.Value, -0.1, 0.1);
    }

    [Fact]
    public void What_is_undefined_is_null()
    {
        var constant = new FeatureMatrix([.. Enumerable.Repeat(1f, Rows)], 1);
        var features = new FeatureMatrix(Features, Columns);
        var three = new FeatureMatrix([1, 2, 4], 1);

        Assert.Null(FeatureSimilarity.LinearCka(constant, features));
        Assert.Null(FeatureSimilarity.Svcca(features, constant));
        Assert.Null(FeatureSimilarity.LinearCka(three, three, unbiased: true));
        Assert.NotNull(FeatureSimilarity.LinearCka(three, three));
        Assert.Null(FeatureSimilarity.LinearCka(new FeatureMatrix([1], 1), new FeatureMatrix([1], 1)));
    }

    [Fact]
    public void Different_numbers_of_rows_and_impossible_shares_are_refused()
    {
        var three = new FeatureMatrix([1, 2, 4], 1);

        Assert.Throws<ArgumentException>(() => FeatureSimilarity.LinearCka(three, new FeatureMatrix([1, 2], 1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => FeatureSimilarity.Svcca(three, three, share: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => FeatureSimilarity.Svcca(three, three, double.NaN));
    }
}
