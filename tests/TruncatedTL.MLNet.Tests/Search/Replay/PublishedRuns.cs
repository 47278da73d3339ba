using System.Globalization;
using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Search;

namespace TruncatedTL.MLNet.Tests.Search.Replay;

/// <summary>
/// Reads the learning curves and test results that the authors of arXiv 2106.05152 released for the cuts of a ResNet-50 on BIMCV: <c>bimcv_curves.csv</c> and
/// <c>published_results.csv</c>.
/// </summary>
internal static class PublishedRuns
{
    // The curves do not say which variant of the data they are of. Their validation accuracies are those of the noisy variant's test rows; those of the clean one are .04 higher.
    private const string Variant = "noisy";

    /// <summary>The runs in the order of the file.</summary>
    public static IReadOnlyList<PublishedRun> Read(string curvesFile, string resultsFile)
    {
        var candidates = Candidates();
        var results = Rows(resultsFile)
            .Where(row => row["dataset"] == "BIMCV" && row["variant"] == Variant && row["strategy"] == "TruncatedTL" && row["granularity"] == "layer")
            .ToDictionary(row => (Head: row["head"] == "flatten" ? "flatten" : "pooled", Split: row["split"], Cut: Whole(row["index"])), row => Number(row["auroc_macro"]));
        return Rows(curvesFile)
            .GroupBy(row => (Head: row["head"], Split: row["split"]))
            .Select(run => new PublishedRun(
                $"{run.Key.Head} {run.Key.Split}",
                candidates,
                run.GroupBy(row => Whole(row["cut"])).ToDictionary(
                    cut => NameOf(candidates, cut.Key),
                    cut => cut.OrderBy(row => Whole(row["epoch"])).Select(row => Number(row["validation_accuracy"])).ToArray()),
                candidates.ToDictionary(candidate => candidate.Name, candidate => results[(run.Key.Head, run.Key.Split, candidate.Cut!.Value)])))
            .ToArray();
    }

    private static SearchCandidate[] Candidates()
    {
        var backbone = Backbone.Create("resnet50");
        return backbone.Cuts.Select((cut, i) => new SearchCandidate
        {
            Index = i,
            Name = i == backbone.Cuts.Count - 1 ? "Full" : $"Truncated({cut.Name})",
            Ladder = "resnet50",
            Cut = cut.Index,
            Stage = cut.Stage,
            IsFullTransfer = i == backbone.Cuts.Count - 1,
            ParameterCount = cut.Parameters,
            MacCount = backbone.CountMacs(cut.Name, 224, 224),
        }).ToArray();
    }

    private static string NameOf(IEnumerable<SearchCandidate> candidates, int cut) => candidates.Single(candidate => candidate.Cut == cut).Name;

    private static IEnumerable<Dictionary<string, string>> Rows(string path)
    {
        var lines = File.ReadAllLines(path);
        var header = lines[0].Split(',');
        return lines.Skip(1).Select(line => header.Zip(line.Split(',')).ToDictionary(pair => pair.First, pair => pair.Second));
    }

    private static int Whole(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
