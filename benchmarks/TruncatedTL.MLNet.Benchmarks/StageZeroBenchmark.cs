using System.CommandLine;
using System.Globalization;
using System.Text;
using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Native;
using TruncatedTL.MLNet.Networks;
using TruncatedTL.MLNet.Probing;
using TruncatedTL.MLNet.Strategies;
using TruncatedTL.MLNet.Training;
using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Benchmarks;

/// <summary>What scoring every cut before training costs, against one forward pass over the same images.</summary>
internal static class StageZeroBenchmark
{
    private static readonly PixelNormalization Normalization = new(255, [0.5], [0.25]);

    public static Command Command()
    {
        var backbone = new Option<string>("--backbone") { DefaultValueFactory = _ => BackboneNames.ResNet18 };
        var images = new Option<int>("--images") { DefaultValueFactory = _ => 1500 };
        var size = new Option<int>("--size") { DefaultValueFactory = _ => 64 };
        var turns = new Option<int>("--turns") { DefaultValueFactory = _ => 7 };
        var output = new Option<string?>("--output");
        var command = new Command("stage-zero", "times the scores of all cuts against one forward pass") { backbone, images, size, turns, output };
        command.SetAction(result => Run(
            result.GetRequiredValue(backbone), result.GetRequiredValue(images), result.GetRequiredValue(size), result.GetRequiredValue(turns), result.GetValue(output)));
        return command;
    }

    private static void Run(string backbone, int count, int size, int turns, string? output)
    {
        TorchRuntime.EnsureLoaded();
        var machine = TimedRepeats.Machine();
        var set = RandomImages.Create(count, size, seed: 1);
        var specification = new NetworkSpecification(TransferStrategy.Full().Resolve(Backbone.Create(backbone)), HeadPooling.Average, outputs: 2, [size, size]);
        using var network = TransferNetwork.Create(specification, seed: 1, CPU);
        var features = CutFeatures.Compute(network, set, null, Normalization, new ProbingOptions());
        var seconds = TimedRepeats.Run(
            turns,
            () => FeatureExtractor.Pooled(network, set.Images, set.Rows, Normalization, batchSize: 32),
            () => FrozenScores.Compute(network, set, null, Normalization),
            () => FrozenScores.Score(features, set.Labels, [], new ProbingOptions()));

        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"# Stage 0: scores of the {features.Count} cuts of {backbone}, {count} images of {size} x {size}");
        text.AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"Medians of {turns} turns, each action once a turn; {machine} before the start, {TimedRepeats.Machine()} at the end; random images and weights.");
        text.AppendLine();
        text.AppendLine("| | seconds | of a forward pass | processor seconds | of a forward pass |");
        text.AppendLine("|---|---|---|---|---|");
        foreach (var (name, own) in new[] { "one forward pass, features of the last cut only", "stage 0: features of all cuts and scores", "the scores alone" }.Zip(seconds))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"| {name} | {own.Cells(seconds[0])} |");
        }

        Console.Write(text);
        if (output is not null)
        {
            File.WriteAllText(output, text.ToString());
        }
    }
}
