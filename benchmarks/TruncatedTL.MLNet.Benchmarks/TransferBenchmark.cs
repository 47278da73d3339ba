using System.CommandLine;
using System.Globalization;
using System.Text;
using Microsoft.ML;
using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Data;
using TruncatedTL.MLNet.Evaluation;
using TruncatedTL.MLNet.Strategies;
using TruncatedTL.MLNet.Weights;

namespace TruncatedTL.MLNet.Benchmarks;

/// <summary>
/// What the bundled weights are worth: full and truncated networks that start from them against the same networks that start at random, on the same
/// few images, with the same seed, recipe, input size and normalisation.
/// </summary>
internal static class TransferBenchmark
{
    private const string Cut = "layer3.1";

    public static Command Command()
    {
        var data = new Option<string[]>("--data") { Description = "MedMNIST .npz files with two classes", Required = true, AllowMultipleArgumentsPerToken = true };
        var images = new Option<int[]>("--images") { Description = "numbers of training images", DefaultValueFactory = _ => [50, 200], AllowMultipleArgumentsPerToken = true };
        var seeds = new Option<int>("--seeds") { DefaultValueFactory = _ => 5 };
        var epochs = new Option<int>("--epochs") { DefaultValueFactory = _ => 15 };
        var output = new Option<string>("--output") { Required = true };
        var command = new Command("transfer", "compares the bundled weights with random initial values on few images") { data, images, seeds, epochs, output };
        command.SetAction(result => Run(
            result.GetRequiredValue(data), result.GetRequiredValue(images), result.GetRequiredValue(seeds), result.GetRequiredValue(epochs), result.GetRequiredValue(output)));
        return command;
    }

    private static void Run(string[] data, int[] images, int seeds, int epochs, string output)
    {
        var table = new StringBuilder();
        table.AppendLine(CultureInfo.InvariantCulture, $"# Bundled weights against random initial values: {BackboneNames.ResNet18Narrow}, {epochs} epochs, {seeds} seeds");
        table.AppendLine();
        table.AppendLine("Test AUROC, mean (standard deviation) over seeds; a seed draws the training images, too. Difference: the mean over seeds of what the bundled");
        table.AppendLine("weights gain on the same images, with its 95 % interval (Student's t). A fifth of the training images chooses the epoch; the test split is read once a run.");
        table.AppendLine();
        table.AppendLine("| data | training images | network | random | bundled | difference |");
        table.AppendLine("|---|---|---|---|---|---|");
        foreach (var path in data)
        {
            using var file = MedMnistFile.Open(path);
            var train = file.Read(MedMnistSplit.Train).ToMemory();
            var test = file.Read(MedMnistSplit.Test).ToMemory();
            foreach (var count in images)
            {
                foreach (var isTruncated in new[] { false, true })
                {
                    var random = new List<double>();
                    var bundled = new List<double>();
                    for (var seed = 1; seed <= seeds; seed++)
                    {
                        var few = ImageSubset.Draw(train, count, seed);
                        random.Add(TestAuroc(isTruncated ? TransferStrategy.FromScratch(Cut) : TransferStrategy.FromScratch(), few, test, seed, epochs));
                        bundled.Add(TestAuroc(isTruncated ? TransferStrategy.Truncated(Cut) : TransferStrategy.Full(), few, test, seed, epochs));
                    }

                    var line = $"| {Path.GetFileNameWithoutExtension(path)} | {ImageSubset.Draw(train, count, 1).Count} | {(isTruncated ? Cut : "whole")} | {Sample.Summary(random)} | {Sample.Summary(bundled)} | {Sample.Difference([.. bundled.Zip(random, (b, r) => b - r)])} |";
                    Console.WriteLine(line);
                    table.AppendLine(line);
                    File.WriteAllText(output, table.ToString());
                }
            }
        }
    }

    private static double TestAuroc(TransferStrategy strategy, LabelledImages train, LabelledImages test, int seed, int epochs)
    {
        var context = new MLContext(seed);
        IDataView View(LabelledImages images) => context.Data.LoadFromLabelledImages(images, images.ClassNames[1]);
        using var model = context.BinaryClassification.Trainers
            .TransferLearning(context, strategy, PretrainedWeights.Bundled, maxEpochs: epochs)
            .Fit(View(train));
        var scores = model.PredictProbabilities(View(test), batchSize: 64).Select(row => (double)row[1]).ToArray();
        var isPositive = Enumerable.Range(0, test.Count).Select(i => test.LabelOf(i) == 1).ToArray();
        return RankingMetrics.Auroc(scores, isPositive)!.Value;
    }
}
