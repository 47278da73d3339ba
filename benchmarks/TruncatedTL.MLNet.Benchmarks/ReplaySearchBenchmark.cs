using System.CommandLine;
using System.Globalization;
using System.Text;
using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Search;
using TruncatedTL.MLNet.Tests.Search.Replay;

namespace TruncatedTL.MLNet.Benchmarks;

/// <summary>Search methods replayed on published learning curves: what each picks, what that is worth on test, and what it costs.</summary>
internal static class ReplaySearchBenchmark
{
    public static Command Command()
    {
        var curves = new Option<string>("--curves") { Description = "bimcv_curves.csv", Required = true };
        var results = new Option<string>("--results") { Description = "published_results.csv", Required = true };
        var output = new Option<string>("--output") { Required = true };
        var command = new Command("replay-search", "replays the search methods on published learning curves") { curves, results, output };
        command.SetAction(result => Run(PublishedRuns.Read(result.GetRequiredValue(curves), result.GetRequiredValue(results)), result.GetRequiredValue(output)));
        return command;
    }

    private static void Run(IReadOnlyList<PublishedRun> runs, string output)
    {
        var table = new StringBuilder();
        table.AppendLine("# Search methods on published learning curves");
        table.AppendLine();
        table.AppendLine(CultureInfo.InvariantCulture, $"ResNet-50, 17 cuts, BIMCV, curves and test results as released with arXiv 2106.05152; runs: {string.Join(", ", runs.Select(run => run.Name))}.");
        table.AppendLine("The library's own methods decide; a training is read off its curve. Score after r epochs: best validation accuracy so far. Tolerance: z binomial standard errors of");
        table.AppendLine("the best (an experiment's default: 2, at most 0.03), 755 validation images. Cost: multiply-accumulates x epochs, each epoch counted once, over those of the two-stage search on the same run; controls apart.");
        table.AppendLine();
        table.AppendLine("| search | z | test AUROC | parameters, M | cost | controls | picks (k) |");
        table.AppendLine("|---|---|---|---|---|---|---|");
        foreach (var (method, z, limit) in Methods())
        {
            var row = ReplayResult.Of(method, runs, z, limit);
            table.AppendLine(CultureInfo.InvariantCulture, $"| `{method}` | {z}{(limit < 1 ? $", at most {limit}" : string.Empty)} | {row.Auroc:0.0000} | {row.Parameters / 1e6:0.0} | {row.Cost:0.000} | {row.ControlCost:0.000} | {string.Join(", ", row.Picks)} |");
        }

        table.AppendLine();
        table.AppendLine("A run's test AUROC has a standard error of about .012, and this is one data set: \"not worse\" is what the table can show, \"better\" is not. TwoStage and Exhaustive take the highest");
        table.AppendLine("score unless the row says withinTolerance; `Fixed` is no search.");
        Console.Write(table);
        File.WriteAllText(output, table.ToString());
    }

    private static IEnumerable<(SearchMethod Method, double StandardErrors, double Limit)> Methods()
    {
        yield return (SearchMethod.Exhaustive(), 2, double.MaxValue);
        yield return (SearchMethod.TwoStage(), 2, double.MaxValue);
        yield return (SearchMethod.SuccessiveHalving(), 1, double.MaxValue);
        yield return (SearchMethod.SuccessiveHalving(), 2, double.MaxValue);
        yield return (SearchMethod.Guided(), 1, double.MaxValue);
        yield return (SearchMethod.Guided(), 1.5, double.MaxValue);
        yield return (SearchMethod.Guided(), 2, double.MaxValue);
        yield return (SearchMethod.Guided(), 3, double.MaxValue);
        yield return (SearchMethod.Guided(), new BinaryExperimentSettings().ToleranceStandardErrors, new BinaryExperimentSettings().ToleranceLimit);
        yield return (new GuidedSearch { Neighbours = true }, 2, double.MaxValue);
        yield return (new ExhaustiveSearch { WithinTolerance = true }, 2, double.MaxValue);
        yield return (new TwoStageSearch { WithinTolerance = true }, 2, double.MaxValue);
        yield return (SearchMethod.Fixed("Full"), 2, double.MaxValue);
        foreach (var cut in Backbone.Create("resnet50").Cuts.Where(cut => cut.Index is >= 9 and <= 12))
        {
            yield return (SearchMethod.Fixed($"Truncated({cut.Name})"), 2, double.MaxValue);
        }
    }
}
