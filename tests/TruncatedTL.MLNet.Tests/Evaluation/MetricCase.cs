using System.Text.Json;
using TruncatedTL.MLNet.Evaluation;
using TruncatedTL.MLNet.Tests.Support;

namespace TruncatedTL.MLNet.Tests.Evaluation;

/// <summary>Scored rows with the figures that scikit-learn gives for them; see Fixtures/make_metric_cases.py.</summary>
public sealed record MetricCase(
    string Name,
    int Classes,
    int[] Labels,
    double[] Scores,
    double[]? Weights,
    IReadOnlyDictionary<string, JsonElement> Expected,
    IReadOnlyList<IReadOnlyDictionary<string, JsonElement>>? Each)
{
    public static MetricCaseFile ReadAll() => JsonSerializer.Deserialize<MetricCaseFile>(
        File.ReadAllText(Path.Combine(RepositoryFiles.Root, "tests", "TruncatedTL.MLNet.Tests", "Evaluation", "Fixtures", "metric-cases.json")),
        JsonSerializerOptions.Web)!;

    public bool IsBinary => Classes == 0;

    public ScoredExamples ToExamples() => IsBinary
        ? ScoredExamples.Binary([.. Labels.Select(label => label == 1)], Scores, weights: Weights)
        : ScoredExamples.Multiclass(Labels, Scores, [.. Enumerable.Range(0, Classes).Select(c => $"c{c}")], Weights);
}

/// <summary>The cases and the settings that they were made with.</summary>
public sealed record MetricCaseFile(int Bins, int TopK, MetricCase[] Cases);
