using TruncatedTL.MLNet.Probing;
using TruncatedTL.MLNet.Tests.Training;
using TruncatedTL.MLNet.Training;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Probing;

[Collection(TorchCollection.Name)]
public class ScoreLawTests
{
    private const int Rows = 60;
    private const int Columns = 8;

    [Fact]
    public void Scores_do_not_depend_on_units_and_offsets_of_the_features()
    {
        var labels = ProbingSamples.Labels(Rows, i => i % 3);
        var features = ProbingSamples.Features(Rows, Columns, i => i % 3);
        var changed = features.Select((value, i) => (value * (1 << (i % Columns))) + (i % Columns)).ToArray();

        var plain = Assert.Single(ProbingSamples.Score(features, Columns, labels));
        var other = Assert.Single(ProbingSamples.Score(changed, Columns, labels));
        var shifted = Assert.Single(ProbingSamples.Score([.. features.Select(value => (8 * value) + 2)], Columns, labels));

        // The H-score depends on the units of each feature, but not on one that all share.
        Assert.All(Values(plain).Zip(Values(other with { HScore = plain.HScore })), pair => Assert.Equal(Assert.NotNull(pair.First), Assert.NotNull(pair.Second), 1e-4));
        Assert.All(Values(plain).Zip(Values(shifted)), pair => Assert.Equal(Assert.NotNull(pair.First), Assert.NotNull(pair.Second), 1e-4));
    }

    [Fact]
    public void H_score_and_log_evidence_do_not_change_under_rotation()
    {
        var labels = ProbingSamples.Labels(Rows, i => i % 2);
        var features = ProbingSamples.Features(Rows, Columns, i => i % 2);
        var (first, second) = (new FeatureMatrix(features, Columns), new FeatureMatrix(ProbingSamples.Rotated(features, Columns), Columns));
        using var plain = FeatureDecomposition.Of(first, standardize: false);
        using var rotated = FeatureDecomposition.Of(second, standardize: false);
        var targets = new ClassTargets(labels);

        Assert.Equal(HScore.Compute(first, labels)!.Value, HScore.Compute(second, labels)!.Value, 1e-5);
        Assert.Equal(LogEvidence.Compute(plain, targets)!.Value, LogEvidence.Compute(rotated, targets)!.Value, 1e-5);
    }

    [Fact]
    public void Every_score_rises_with_the_distance_of_the_classes()
    {
        // With few rows the shrinkage of the H-score would follow the noise.
        const int rows = 400;
        var labels = ProbingSamples.Labels(rows, i => i % 2);
        var scores = new[] { 0.0, 1.5, 4 }
            .Select(signal => ProbingSamples.Score(ProbingSamples.Features(rows, Columns, i => i % 2, signal), Columns, labels)[0])
            .Select(score => Values(score).Select(value => value!.Value).ToArray())
            .ToArray();

        for (var k = 0; k < scores[0].Length; k++)
        {
            Assert.True(scores[0][k] < scores[1][k] && scores[1][k] < scores[2][k], $"score {k}: {scores[0][k]}, {scores[1][k]}, {scores[2][k]}");
        }
    }

    [Fact]
    public void Wide_features_of_noise_have_less_evidence_than_narrow_ones_that_tell()
    {
        // The authors' program counts (columns - rows) / 2 log(alpha) besides, and prefers the noise.
        var labels = ProbingSamples.Labels(Rows, i => i % 2);
        var narrow = ProbingSamples.Score(ProbingSamples.Features(Rows, 4, i => i % 2, 2), 4, labels)[0];
        var wide = ProbingSamples.Score(ProbingSamples.Features(Rows, 500, i => i % 2, 0), 500, labels)[0];

        Assert.True(narrow.LogMe > wide.LogMe);
        Assert.True(narrow.HScore > wide.HScore);
    }

    [Fact]
    public void Copies_of_a_patients_image_do_not_help_where_groups_are_given()
    {
        // Noise, each image twice: a probe that saw the copy would know the label.
        const int patients = 40;
        var single = ProbingSamples.Features(patients, 30, _ => 0);
        float[] twice = [.. single, .. single];
        var labels = ProbingSamples.Labels(2 * patients, i => i % 2);
        string?[] groups = [.. Enumerable.Range(0, 2 * patients).Select(i => $"p{i % patients}")];

        var leaking = ProbingSamples.Score(twice, 30, labels)[0];
        var grouped = ProbingSamples.Score(twice, 30, labels, new ProbingOptions { Groups = groups })[0];

        Assert.True(leaking.RidgeAuroc > 0.75);
        Assert.True(leaking.NearestNeighbour > grouped.NearestNeighbour + 0.2);
        Assert.InRange(grouped.RidgeAuroc!.Value, 0.2, 0.7);
        Assert.InRange(grouped.NearestNeighbour!.Value, 0.2, 0.7);
    }

    [Fact]
    public void The_same_seed_gives_the_same_scores()
    {
        var labels = ProbingSamples.Labels(Rows, i => i % 3);
        var features = ProbingSamples.Features(Rows, Columns, i => i % 3);

        Assert.Equal(ProbingSamples.Score(features, Columns, labels), ProbingSamples.Score(features, Columns, labels));
        Assert.NotEqual(
            ProbingSamples.Score(features, Columns, labels)[0].RidgeAuroc,
            ProbingSamples.Score(features, Columns, labels, new ProbingOptions { Seed = 2 })[0].RidgeAuroc);
    }

    [Fact]
    public void One_class_leaves_every_score_undefined()
    {
        var score = ProbingSamples.Score(ProbingSamples.Features(6, 3, _ => 0), 3, new int[6])[0];

        Assert.All(Values(score), value => Assert.Null(value));
    }

    [Fact]
    public void Two_rows_have_no_rest_to_learn_from()
    {
        var score = ProbingSamples.Score([1, 2, 3, 5], 2, [0, 1])[0];

        Assert.Null(score.RidgeAuroc);
        Assert.Null(score.NearestNeighbour);
        Assert.True(double.IsFinite(score.HScore!.Value) && double.IsFinite(score.LogMe!.Value));
    }

    [Fact]
    public void One_row_alone_has_no_fold()
    {
        Assert.All(Values(ProbingSamples.Score([1, 2], 2, [0])[0]), value => Assert.Null(value));
    }

    [Fact]
    public void A_class_with_one_row_does_not_spoil_the_others()
    {
        var labels = ProbingSamples.Labels(Rows, i => i == 7 ? 2 : i % 2);
        var features = ProbingSamples.Features(Rows, Columns, i => i % 2, signal: 4);

        var score = ProbingSamples.Score(features, Columns, labels)[0];

        Assert.All(Values(score), value => Assert.True(double.IsFinite(Assert.NotNull(value))));
        Assert.InRange(score.RidgeAuroc!.Value, 0.95, 1);
        Assert.InRange(score.NearestNeighbour!.Value, 0.9, 1);
    }

    [Fact]
    public void Features_that_do_not_vary_tell_nothing()
    {
        var labels = ProbingSamples.Labels(10, i => i % 2);
        var score = ProbingSamples.Score([.. Enumerable.Repeat(0.1f, 30)], 3, labels)[0];

        Assert.Equal(0.5, score.RidgeAuroc);
        Assert.Equal(0.5, score.NearestNeighbour);
        Assert.Equal(0, score.HScore);

        // The variance of labels of 0 and 1, half each, is 10/4 over 9 degrees of freedom.
        Assert.Equal(-0.45 * (Math.Log(2 * Math.PI * 2.5 / 9) + 1), score.LogMe!.Value, 1e-12);
    }

    [Fact]
    public void Features_that_are_not_finite_are_refused()
    {
        var error = Assert.Throws<TrainingDataException>(() => ProbingSamples.Score([1, 2, 3, float.NaN], 2, [0, 1]));

        Assert.Contains("Row 1", error.Message);
    }

    private static double?[] Values(CutScores score) => [score.RidgeAuroc, score.NearestNeighbour, score.HScore, score.LogMe];
}
