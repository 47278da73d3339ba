using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Onnx;
using TruncatedTL.MLNet.Data;
using TruncatedTL.MLNet.Strategies;
using TruncatedTL.MLNet.Weights;

namespace TruncatedTL.MLNet.Benchmarks;

/// <summary>
/// How well a saved model's out-of-distribution column parts test images from images of another kind, from noise and from spoilt test images, and what the
/// column costs.
/// </summary>
internal static class OutOfDistributionBenchmark
{
    private const string Cut = "layer3.1";

    public static Command Command()
    {
        var data = new Option<string>("--data") { Description = "a MedMNIST .npz file with two classes", Required = true };
        var other = new Option<string>("--other") { Description = "a MedMNIST .npz file of other images of the same shape", Required = true };
        var weights = new Option<string>("--weights") { Required = true };
        var images = new Option<int>("--images") { DefaultValueFactory = _ => 1000 };
        var epochs = new Option<int>("--epochs") { DefaultValueFactory = _ => 3 };
        var seeds = new Option<int>("--seeds") { DefaultValueFactory = _ => 3 };
        var sizes = new Option<int[]>("--sizes") { Description = "input sizes of the network", DefaultValueFactory = _ => [28, 64], AllowMultipleArgumentsPerToken = true };
        var timed = new Option<int[]>("--timed-sizes") { Description = "input sizes that are timed", DefaultValueFactory = _ => [28, 64, 224], AllowMultipleArgumentsPerToken = true };
        var output = new Option<string>("--output") { Required = true };
        var command = new Command("out-of-distribution", "parts test images from others by the out-of-distribution column, and times it") { data, other, weights, images, epochs, seeds, sizes, timed, output };
        command.SetAction(result => Run(
            result.GetRequiredValue(data),
            result.GetRequiredValue(other),
            PretrainedWeights.FromFile(result.GetRequiredValue(weights)),
            result.GetRequiredValue(images),
            result.GetRequiredValue(epochs),
            result.GetRequiredValue(seeds),
            result.GetRequiredValue(sizes),
            result.GetRequiredValue(timed),
            result.GetRequiredValue(output)));
        return command;
    }

    private static void Run(string path, string otherPath, PretrainedWeights weights, int images, int epochs, int seeds, int[] sizes, int[] timed, string output)
    {
        using var file = MedMnistFile.Open(path);
        using var otherFile = MedMnistFile.Open(otherPath);
        var (train, validation, test) = (file.Read(MedMnistSplit.Train).ToMemory(), file.Read(MedMnistSplit.Validation).ToMemory(), file.Read(MedMnistSplit.Test).ToMemory());
        var strangers = OutOfDistributionImages.All(test, otherFile, Path.GetFileNameWithoutExtension(otherPath));
        var table = new StringBuilder();
        table.AppendLine(CultureInfo.InvariantCulture, $"# Out-of-distribution column: {Path.GetFileNameWithoutExtension(path)}, network up to {Cut}, weights {weights}");
        table.AppendLine();
        table.AppendLine(CultureInfo.InvariantCulture, $"{images} training images drawn by seed, {epochs} epochs, threshold at the .95 quantile of {validation.Count} validation images; scores from the saved zip, loaded in a fresh context.");
        table.AppendLine(CultureInfo.InvariantCulture, $"AUROC of the score: {test.Count} test images against the others. In brackets: share of the others that is flagged.");
        table.AppendLine();
        table.AppendLine($"| size | seed | test images flagged | {string.Join(" | ", strangers.Select(s => s.Name))} |");
        table.AppendLine($"|---|---|---|{string.Concat(strangers.Select(_ => "---|"))}");
        foreach (var size in sizes)
        {
            for (var seed = 1; seed <= seeds; seed++)
            {
                using var model = Fit(ImageSubset.Draw(train, images, seed), validation, weights, size, epochs, seed, new());
                var loaded = Reloaded(model, View(test));
                var known = Scores(loaded.Transform(View(test)));
                var cells = strangers.Select(stranger =>
                {
                    var scores = Scores(loaded.Transform(View(stranger.Images)));
                    var auroc = Evaluation.RankingMetrics.Auroc([.. known, .. scores], [.. known.Select(_ => false), .. scores.Select(_ => true)]);
                    return string.Create(CultureInfo.InvariantCulture, $"{auroc:0.0000} ({scores.Count(score => score > 1) / (double)scores.Length:0.00})");
                });
                Add(table, output, string.Create(CultureInfo.InvariantCulture, $"| {size} | {seed} | {known.Count(score => score > 1) / (double)known.Length:0.000} | {string.Join(" | ", cells)} |"));
            }
        }

        table.AppendLine();
        table.AppendLine("What the columns cost, on one thread: row by row as ML.NET scores, the mean over 100 images of each one's shortest time in 60 alternating passes, because other work shared the machine.");
        table.AppendLine();
        table.AppendLine("| size | multiply-accumulates an image | time an image without | with | more |");
        table.AppendLine("|---|---|---|---|---|");
        foreach (var size in timed)
        {
            // How well it is trained does not change how long it takes.
            var (few, some) = (ImageSubset.Draw(train, 60, 1), ImageSubset.Draw(validation, 40, 1));
            using var model = Fit(few, some, weights, size, 1, 1, new());
            using var plain = Fit(few, some, weights, size, 1, 1, options: null);
            var shown = ImageSubset.Draw(test, 100, 1);
            var rows = View(shown);
            var (without, with) = Time(Reloaded(plain, rows), Reloaded(model, rows), rows, shown.Count);
            Add(table, output, string.Create(
                CultureInfo.InvariantCulture,
                $"| {size} | {plain.MacCount / 1e6:0.0}M | {without * 1e6:0} us | {with * 1e6:0} us | {(with - without) * 1e6:0} us, {100 * (with / without - 1):0.0} % |"));
        }
    }

    private static IDataView View(LabelledImages set) => new MLContext(1).Data.LoadFromLabelledImages(set, set.ClassNames[1]);

    private static TransferLearningTransformer Fit(
        LabelledImages train, LabelledImages validation, PretrainedWeights weights, int size, int epochs, int seed, OutOfDistributionOptions? options)
    {
        var context = new MLContext(seed);
        return context.BinaryClassification.Trainers.TransferLearning(context, new TransferLearningBinaryTrainer.Options
        {
            Strategy = TransferStrategy.Truncated(Cut),
            Weights = weights,
            InputSize = [size, size],
            Training = new() { MaxEpochs = epochs },
            OutOfDistribution = options,
        }).Fit(View(train), View(validation));
    }

    private static void Add(StringBuilder table, string output, string line)
    {
        Console.WriteLine(line);
        table.AppendLine(line);
        File.WriteAllText(output, table.ToString());
    }

    // Each row's least disturbed time of alternating passes: other work on the machine can only add time, and hits a row now and then.
    private static (double Without, double With) Time(ITransformer plain, ITransformer withColumn, IDataView rows, int count)
    {
        const int Passes = 60;
        var (shortestPlain, shortestWith) = (new double[count], new double[count]);
        Array.Fill(shortestPlain, double.PositiveInfinity);
        Array.Fill(shortestWith, double.PositiveInfinity);
        for (var pass = 0; pass < Passes; pass++)
        {
            // The order changes, so that neither always finds the caches as the other left them.
            if (pass % 2 == 0)
            {
                TimePlain();
            }

            Pass(withColumn.Transform(rows), shortestWith, ["Probability", "OutOfDistributionScore"], ["PredictedLabel", "IsOutOfDistribution"]);
            if (pass % 2 != 0)
            {
                TimePlain();
            }
        }

        void TimePlain() => Pass(plain.Transform(rows), shortestPlain, ["Probability"], ["PredictedLabel"]);

        return (shortestPlain.Average(), shortestWith.Average());
    }

    private static void Pass(IDataView scored, double[] shortest, string[] singles, string[] flags)
    {
        using var cursor = scored.GetRowCursor(singles.Concat(flags).Select(name => scored.Schema[name]));
        var getSingles = singles.Select(name => cursor.GetGetter<float>(scored.Schema[name])).ToArray();
        var getFlags = flags.Select(name => cursor.GetGetter<bool>(scored.Schema[name])).ToArray();
        var (value, flag) = (0f, false);
        for (var row = 0; row < shortest.Length; row++)
        {
            var start = Stopwatch.GetTimestamp();
            if (!cursor.MoveNext())
            {
                throw new InvalidOperationException($"The view ended before row {row}.");
            }

            foreach (var getter in getSingles)
            {
                getter(ref value);
            }

            foreach (var getter in getFlags)
            {
                getter(ref flag);
            }

            shortest[row] = Math.Min(shortest[row], Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
    }

    private static double[] Scores(IDataView scored) => [.. scored.GetColumn<float>("OutOfDistributionScore").Select(score => (double)score)];

    private static ITransformer Reloaded(TransferLearningTransformer model, IDataView view)
    {
        using var stream = new MemoryStream();
        new MLContext(1).Model.Save(model, view.Schema, stream);

        // One thread: two sessions whose threads wait for work beside one another would time the waiting.
        var fresh = new MLContext();
        fresh.SetOnnxSessionOption(new OnnxSessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1 });
        return fresh.Model.Load(stream, out _);
    }
}
