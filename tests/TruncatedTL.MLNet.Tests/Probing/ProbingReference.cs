using System.Text.Json;
using TruncatedTL.MLNet.Probing;
using TruncatedTL.MLNet.Tests.Support;

namespace TruncatedTL.MLNet.Tests.Probing;

/// <summary>Random features with the scores that scikit-learn and numpy give for them; see Fixtures/make_probing_reference.py.</summary>
public sealed record ProbingReference(
    int Columns,
    int[] Labels,
    float[] Features,
    int[] Folds,
    int[] Groups,
    int[] OtherLabels,
    float[] Other,
    float[] Second,
    double RidgeAuroc,
    double Penalty,
    double[] HeldOut,
    double RidgeValidationAuroc,
    double Neighbours,
    double GroupedNeighbours,
    double HScore,
    double LogEvidence,
    double Cka,
    double UnbiasedCka,
    double Svcca)
{
    public static ProbingReference[] ReadAll() => JsonSerializer.Deserialize<ProbingReference[]>(
        File.ReadAllText(Path.Combine(RepositoryFiles.Root, "tests", "TruncatedTL.MLNet.Tests", "Probing", "Fixtures", "probing-reference.json")),
        JsonSerializerOptions.Web)!;

    internal FeatureMatrix Matrix => new(Features, Columns);

    internal FeatureMatrix SecondMatrix => new(Second, 7);
}
