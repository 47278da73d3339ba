using System.Text.Json;
using TruncatedTL.MLNet.Splitting;
using TruncatedTL.MLNet.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace TruncatedTL.MLNet.Tests.Splitting;

/// <summary>Comparison with scikit-learn's StratifiedGroupKFold by its own criterion (see Fixtures/make_stratified_group_kfold.py).</summary>
public sealed class ReferenceFoldsTests(ITestOutputHelper output)
{
    [Fact]
    public void Folds_are_balanced_better_on_average_than_the_reference()
    {
        var path = Path.Combine(RepositoryFiles.Root, "tests", "TruncatedTL.MLNet.Tests", "Splitting", "Fixtures", "stratified_group_kfold.json");
        var cases = JsonSerializer.Deserialize<ReferenceCase[]>(File.ReadAllText(path), new JsonSerializerOptions(JsonSerializerDefaults.Web))!;
        Assert.Equal(24, cases.Length);
        var results = cases.Select((c, seed) =>
        {
            var groups = c.Groups.Select(group => $"{group}").ToArray();
            var ours = StratifiedGroups.Folds(c.Labels, groups, c.Splits, seed, options: new SplitOptions { MissingClasses = MissingClasses.Report });
            Assert.True(Balance.KeepsGroupsTogether(ours, groups));
            return (
                Ours: Balance.MeanDeviation(c.Labels, ours.PartOfRow, c.Splits),
                Theirs: Balance.MeanDeviation(c.Labels, c.Folds, c.Splits));
        }).ToArray();

        var better = results.Count(result => result.Ours <= result.Theirs + 1e-12);
        output.WriteLine($"mean deviation of class shares: ours {results.Average(r => r.Ours):0.0000}, scikit-learn {results.Average(r => r.Theirs):0.0000}; at least as good in {better} of {results.Length}");
        Assert.True(results.Average(result => result.Ours) <= results.Average(result => result.Theirs));
        Assert.InRange(better, results.Length * 3 / 4, results.Length);
    }

    private sealed record ReferenceCase(int Splits, int[] Labels, int[] Groups, int[] Folds);
}
