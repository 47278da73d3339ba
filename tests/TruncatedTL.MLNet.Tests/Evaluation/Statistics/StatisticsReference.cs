using System.Text.Json;
using TruncatedTL.MLNet.Tests.Support;

namespace TruncatedTL.MLNet.Tests.Evaluation.Statistics;

/// <summary>Values of scipy and scikit-learn; see Fixtures/make_statistics_reference.py.</summary>
public sealed record StatisticsReference(
    double[][] NormalCdf,
    double[][] NormalQuantile,
    double[][] StudentTwoSidedTail,
    double[][] TwoSidedStudent,
    double[][] BetaQuantile,
    double[][] Wilson,
    double[][] ClopperPearson,
    BcaReference BcaOneSample,
    BcaReference BcaTwoSamples,
    IReadOnlyDictionary<string, double[]> GridSearch)
{
    public static StatisticsReference Read() => JsonSerializer.Deserialize<StatisticsReference>(
        File.ReadAllText(Path.Combine(RepositoryFiles.Root, "tests", "TruncatedTL.MLNet.Tests", "Evaluation", "Fixtures", "statistics-reference.json")),
        JsonSerializerOptions.Web)!;
}

/// <summary>A bootstrap on fixed resamples.</summary>
public sealed record BcaReference(double[][] Samples, double Estimate, double[] Replicates, double Acceleration, IReadOnlyDictionary<string, double[]> Intervals);
