using TruncatedTL.MLNet.Probing;
using TruncatedTL.MLNet.Tests.Training;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Probing;

[Collection(TorchCollection.Name)]
public class ScoreReferenceTests
{
    private static readonly ProbingReference[] Cases = ProbingReference.ReadAll();

    public static TheoryData<int> Indices => [.. Enumerable.Range(0, Cases.Length)];

    [Theory]
    [MemberData(nameof(Indices))]
    public void The_ridge_probe_predicts_held_out_rows_as_a_fit_without_them(int index)
    {
        var example = Cases[index];
        using var features = FeatureDecomposition.Of(example.Matrix, standardize: true);
        var targets = new ClassTargets(example.Labels);
        var found = RidgeProbe.CrossValidate(features, targets, example.Folds)!;

        Assert.Equal(example.Penalty, found.Penalty, 1e-9);
        Assert.All(example.HeldOut.Zip(found.HeldOut), pair => AssertClose(pair.First, pair.Second, 1));
        AssertClose(example.RidgeAuroc, found.Auroc);
        AssertClose(example.RidgeValidationAuroc, RidgeProbe.Validate(features, targets, found.Penalty, new FeatureMatrix(example.Other, example.Columns), example.OtherLabels));
    }

    [Theory]
    [MemberData(nameof(Indices))]
    public void Neighbours_vote_as_in_the_reference(int index)
    {
        var example = Cases[index];
        using var features = FeatureDecomposition.Of(example.Matrix, standardize: true);
        var targets = new ClassTargets(example.Labels);

        AssertClose(example.Neighbours, NearestNeighbours.Auroc(features, targets, [.. Enumerable.Range(0, example.Labels.Length)], 5));
        AssertClose(example.GroupedNeighbours, NearestNeighbours.Auroc(features, targets, example.Groups, 5));
        Assert.NotEqual(example.Neighbours, example.GroupedNeighbours);
    }

    [Theory]
    [MemberData(nameof(Indices))]
    public void H_score_and_log_evidence_equal_the_reference(int index)
    {
        var example = Cases[index];
        using var features = FeatureDecomposition.Of(example.Matrix, standardize: true);

        AssertClose(example.HScore, HScore.Compute(example.Matrix, example.Labels));
        AssertClose(example.LogEvidence, LogEvidence.Compute(features, new ClassTargets(example.Labels)));
    }

    [Theory]
    [MemberData(nameof(Indices))]
    public void Similarities_equal_the_reference(int index)
    {
        var example = Cases[index];

        AssertClose(example.Cka, FeatureSimilarity.LinearCka(example.Matrix, example.SecondMatrix));
        AssertClose(example.UnbiasedCka, FeatureSimilarity.LinearCka(example.Matrix, example.SecondMatrix, unbiased: true));
        AssertClose(example.Svcca, FeatureSimilarity.Svcca(example.Matrix, example.SecondMatrix, 0.9));
    }

    // Relative to the larger of the number and a scale.
    private static void AssertClose(double expected, double? actual, double scale = 0) =>
        Assert.Equal(expected, Assert.NotNull(actual), 1e-8 * Math.Max(Math.Abs(expected), scale));
}
