using System.CommandLine;
using System.Globalization;
using System.Text;
using Microsoft.ML;
using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Data;
using TruncatedTL.MLNet.Evaluation;
using TruncatedTL.MLNet.Strategies;
using TruncatedTL.MLNet.Training;
using TruncatedTL.MLNet.Weights;

namespace TruncatedTL.MLNet.Benchmarks;

/// <summary>What computing in 8 bits changes: time and size of networks, and the scores of real images.</summary>
internal static class EightBitBenchmark
{
    private static readonly (string Backbone, string? Cut, int Size)[] Timed =
    [
        (BackboneNames.ResNet18, null, 64),
        (BackboneNames.ResNet18, null, 224),
        (BackboneNames.ResNet50, "layer3.3", 224),
        (BackboneNames.ResNet50, null, 224),
        (BackboneNames.DenseNet121, null, 224),
    ];

    public static Command Command()
    {
        var data = new Option<FileInfo[]>("--data") { Description = "two-class MedMNIST files, for the scores", DefaultValueFactory = _ => [], AllowMultipleArgumentsPerToken = true };
        var weights = new Option<FileInfo?>("--weights") { Description = "weights of --backbone; the bundled ones of resnet18_w32 if it is not given" };
        var backbone = new Option<string>("--backbone") { DefaultValueFactory = _ => BackboneNames.ResNet18Narrow };
        var cut = new Option<string?>("--cut");
        var images = new Option<int>("--images") { Description = "training images", DefaultValueFactory = _ => 600 };
        var epochs = new Option<int>("--epochs") { DefaultValueFactory = _ => 5 };
        var size = new Option<int>("--size") { DefaultValueFactory = _ => 64 };
        var turns = new Option<int>("--turns") { Description = "processes a network for the times; 0 leaves them out", DefaultValueFactory = _ => 5 };
        var output = new Option<string?>("--output");
        var command = new Command("eight-bits", "time, size and scores of models in 8 bits against single precision") { data, weights, backbone, cut, images, epochs, size, turns, output };
        command.SetAction(result =>
        {
            var text = new StringBuilder();
            text.AppendLine("# Models in 8 bits against single precision").AppendLine();
            if (result.GetRequiredValue(turns) is var count and > 0)
            {
                AppendTimes(text, count);
            }

            var network = (result.GetRequiredValue(backbone), result.GetValue(cut), result.GetValue(weights)?.FullName);
            foreach (var file in result.GetRequiredValue(data))
            {
                AppendScores(text, file.FullName, network, result.GetRequiredValue(images), result.GetRequiredValue(epochs), result.GetRequiredValue(size));
            }

            Console.Write(text);
            if (result.GetValue(output) is { } path)
            {
                File.WriteAllText(path, text.ToString());
            }
        });
        return command;
    }

    private static void AppendTimes(StringBuilder text, int turns)
    {
        var machine = TimedRepeats.Machine();
        text.AppendLine("## Time and size");
        text.AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"The saved zip in ML.NET's prediction engine, one image at a time, random weights; medians of {turns} processes each, in turn, of 20 predictions each; {machine} before the start.");
        text.AppendLine();
        text.AppendLine("| network | p50 ms, single | 8 bits | speed | ms of processor time, single | 8 bits | speed | zip MB, single | 8 bits | ratio |");
        text.AppendLine("|---|---|---|---|---|---|---|---|---|---|");
        foreach (var (backbone, cut, size) in Timed)
        {
            var context = new MLContext(seed: 1);
            using var single = UntrainedModel.Fit(cut is null ? TransferStrategy.FromScratch() : TransferStrategy.FromScratch(cut), backbone, size);
            var rows = RandomRows.View(context, 8, channels: 3, size);
            using var narrow = single.Quantize(rows, options: new() { MaxProbabilityChange = 1 });
            using var singleFiles = new TemporaryModel(single, rows.Schema);
            using var narrowFiles = new TemporaryModel(narrow, rows.Schema);
            var (before, after) = (new List<double[]>(), new List<double[]>());
            for (var turn = 0; turn < turns; turn++)
            {
                before.Add(TruncationBenchmark.Measure(singleFiles.Zip, size, 20));
                after.Add(TruncationBenchmark.Measure(narrowFiles.Zip, size, 20));
            }

            double Median(List<double[]> runs, int at) => 1e3 * TimedRepeats.Median([.. runs.Select(run => run[at])]);
            double Megabytes(TemporaryModel files) => new FileInfo(files.Zip).Length / 1e6;
            text.AppendLine(CultureInfo.InvariantCulture,
                $"| {backbone}{(cut is null ? "" : $" up to {cut}")}, {size} px | {Median(before, 0):0.0} | {Median(after, 0):0.0} | {Median(before, 0) / Median(after, 0):0.00} x | {Median(before, 1):0.0} | {Median(after, 1):0.0} | {Median(before, 1) / Median(after, 1):0.00} x | {Megabytes(singleFiles):0.0} | {Megabytes(narrowFiles):0.0} | {Megabytes(narrowFiles) / Megabytes(singleFiles):0.00} |");
        }

        text.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"At the end: {TimedRepeats.Machine()}.").AppendLine();
    }

    private static void AppendScores(StringBuilder text, string data, (string Backbone, string? Cut, string? Weights) network, int images, int epochs, int size)
    {
        using var file = MedMnistFile.Open(data);
        var (train, test) = (ImageSubset.Draw(file.Read(MedMnistSplit.Train).ToMemory(), images, seed: 1), file.Read(MedMnistSplit.Test).ToMemory());
        var context = new MLContext(seed: 1);
        IDataView View(LabelledImages set) => context.Data.LoadFromLabelledImages(set, set.ClassNames[1]);
        using var single = context.BinaryClassification.Trainers.TransferLearning(context, new TransferLearningBinaryTrainer.Options
        {
            Backbone = network.Backbone,
            Weights = network.Weights is { } path ? PretrainedWeights.FromFile(path) : PretrainedWeights.Bundled,
            Strategy = network.Cut is { } cut ? TransferStrategy.Truncated(cut) : TransferStrategy.Full(),
            InputSize = [size, size],
            Training = new TrainingOptions { MaxEpochs = epochs },
        }).Fit(View(train));
        var isPositive = Enumerable.Range(0, test.Count).Select(row => test.LabelOf(row) == 1).ToArray();
        var before = Auroc(single);
        text.AppendLine(CultureInfo.InvariantCulture, $"## Scores: {Path.GetFileNameWithoutExtension(data)}, {network.Backbone}{(network.Cut is null ? "" : $" up to {network.Cut}")}, {size} px");
        text.AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"{train.Count} training images, {epochs} epochs; ranges from the training images; {test.Count} test images.");
        text.AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"AUROC in single precision: {before:0.0000}.");
        text.AppendLine();
        text.AppendLine("| bits of weights | AUROC | difference | probability: mean change | largest | other decisions at .5 |");
        text.AppendLine("|---|---|---|---|---|---|");
        foreach (var bits in (int[])[7, 8])
        {
            using var narrow = single.Quantize(View(train), View(test), new QuantizationOptions { MaxProbabilityChange = 1, WeightBits = bits });
            var (after, report) = (Auroc(narrow), narrow.Quantization!);
            text.AppendLine(CultureInfo.InvariantCulture, $"| {bits} | {after:0.0000} | {after - before:+0.0000;-0.0000;0} | {report.MeanProbabilityChange:0.0000} | {report.LargestProbabilityChange:0.000} | {report.ChangedDecisions} of {report.CheckedRows} |");
        }

        text.AppendLine();

        double Auroc(TransferLearningTransformer model) => RankingMetrics.Auroc([.. model.PredictProbabilities(View(test)).Select(row => (double)row[1])], isPositive)!.Value;
    }
}
