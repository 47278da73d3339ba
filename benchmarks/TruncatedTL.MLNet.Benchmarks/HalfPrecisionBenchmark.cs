using System.CommandLine;
using System.Globalization;
using System.Text;
using Microsoft.ML;
using TruncatedTL.MLNet.Data;
using TruncatedTL.MLNet.Strategies;
using TruncatedTL.MLNet.Training;

namespace TruncatedTL.MLNet.Benchmarks;

/// <summary>What rounding the stored weights to half precision changes in the scores of real images.</summary>
internal static class HalfPrecisionBenchmark
{
    public static Command Command()
    {
        var data = new Option<FileInfo>("--data") { Required = true, Description = "a two-class MedMNIST file" };
        var images = new Option<int>("--images") { Description = "training images", DefaultValueFactory = _ => 300 };
        var epochs = new Option<int>("--epochs") { DefaultValueFactory = _ => 3 };
        var cut = new Option<string>("--cut") { DefaultValueFactory = _ => "layer3.1" };
        var output = new Option<string?>("--output");
        var command = new Command("half-precision", "differences that half-precision weights make in the scores of real images") { data, images, epochs, cut, output };
        command.SetAction(result => Run(
            result.GetRequiredValue(data).FullName,
            result.GetRequiredValue(images),
            result.GetRequiredValue(epochs),
            result.GetRequiredValue(cut),
            result.GetValue(output)));
        return command;
    }

    private static void Run(string data, int images, int epochs, string cut, string? output)
    {
        using var file = MedMnistFile.Open(data);
        var (train, test) = (ImageSubset.Draw(file.Read(MedMnistSplit.Train).ToMemory(), images, seed: 1), file.Read(MedMnistSplit.Test).ToMemory());

        // The same seed gives the same weights, so that only their storage differs.
        using var single = Fit(train, cut, epochs, isHalf: false);
        using var half = Fit(train, cut, epochs, isHalf: true);
        var rows = View(test);
        using var singleFiles = new TemporaryModel(single, rows.Schema);
        using var halfFiles = new TemporaryModel(half, rows.Schema);
        var isPositive = Enumerable.Range(0, test.Count).Select(row => test.LabelOf(row) == 1).ToArray();
        var (expected, actual) = (Probabilities(single, rows), Probabilities(half, rows));
        var differences = expected.Zip(actual, (left, right) => Math.Abs(left - right)).Order().ToArray();
        var (before, after) = (Evaluation.RankingMetrics.Auroc(expected, isPositive), Evaluation.RankingMetrics.Auroc(actual, isPositive));

        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"# Half-precision weights: {Path.GetFileNameWithoutExtension(data)}, bundled weights up to {cut}, {train.Count} training images, {epochs} epochs");
        text.AppendLine();
        text.AppendLine("| | single precision | half precision | difference |");
        text.AppendLine("|---|---|---|---|");
        text.AppendLine(CultureInfo.InvariantCulture, $"| zip, MB | {Length(singleFiles) / 1e6:0.00} | {Length(halfFiles) / 1e6:0.00} | x {Length(halfFiles) / Length(singleFiles):0.00} |");
        text.AppendLine(CultureInfo.InvariantCulture, $"| AUROC of {test.Count} test images | {before:0.00000} | {after:0.00000} | {after - before:+0.0e+0;-0.0e+0;0} |");
        text.AppendLine(CultureInfo.InvariantCulture, $"| probability: largest difference | | | {differences[^1]:0.0e+0} |");
        text.AppendLine(CultureInfo.InvariantCulture, $"| probability: median difference | | | {differences[differences.Length / 2]:0.0e+0} |");
        text.AppendLine(CultureInfo.InvariantCulture, $"| other decisions at .5 | | | {expected.Zip(actual).Count(pair => pair.First > 0.5 != pair.Second > 0.5)} of {test.Count} |");
        text.AppendLine(CultureInfo.InvariantCulture, $"| logits against TorchSharp, relative (8 training images) | {single.ParityError:0.0e+0} | {half.ParityError:0.0e+0} | |");
        Console.Write(text);
        if (output is not null)
        {
            File.WriteAllText(output, text.ToString());
        }
    }

    private static double Length(TemporaryModel files) => new FileInfo(files.Zip).Length;

    private static IDataView View(LabelledImages set) => new MLContext(1).Data.LoadFromLabelledImages(set, set.ClassNames[1]);

    private static double[] Probabilities(TransferLearningTransformer model, IDataView rows) => [.. model.PredictProbabilities(rows).Select(row => (double)row[1])];

    private static TransferLearningTransformer Fit(LabelledImages train, string cut, int epochs, bool isHalf)
    {
        var context = new MLContext(seed: 1);
        return context.BinaryClassification.Trainers.TransferLearning(context, new TransferLearningBinaryTrainer.Options
        {
            Strategy = TransferStrategy.Truncated(cut),
            HalfPrecisionWeights = isHalf,
            Training = new TrainingOptions { MaxEpochs = epochs },
        }).Fit(View(train));
    }
}
