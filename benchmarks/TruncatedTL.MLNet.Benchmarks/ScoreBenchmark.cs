using System.CommandLine;
using System.Globalization;
using System.Text;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.OnnxRuntime;
using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Strategies;

namespace TruncatedTL.MLNet.Benchmarks;

/// <summary>
/// Images a second of <see cref="TransferLearningTransformer.PredictProbabilities(IDataView, int, CancellationToken)"/> against the saved zip's own Transform, which scores row
/// by row, and against OnnxRuntime called directly on pixels in memory, at several batch sizes.
/// </summary>
internal static class ScoreBenchmark
{
    public static Command Command()
    {
        var backbone = new Option<string>("--backbone") { DefaultValueFactory = _ => BackboneNames.ResNet18 };
        var images = new Option<int>("--images") { DefaultValueFactory = _ => 1000 };
        var size = new Option<int>("--size") { DefaultValueFactory = _ => 64 };
        var turns = new Option<int>("--turns") { DefaultValueFactory = _ => 7 };
        var batches = new Option<int[]>("--batches") { DefaultValueFactory = _ => [1, 8, 16, 32, 64], AllowMultipleArgumentsPerToken = true };
        var output = new Option<string?>("--output");
        var command = new Command("score", "times scoring in batches against row by row and against OnnxRuntime itself") { backbone, images, size, turns, batches, output };
        command.SetAction(result => Run(
            result.GetRequiredValue(backbone),
            result.GetRequiredValue(images),
            result.GetRequiredValue(size),
            result.GetRequiredValue(turns),
            result.GetRequiredValue(batches),
            result.GetValue(output)));
        return command;
    }

    private static void Run(string backbone, int images, int size, int turns, int[] batches, string? output)
    {
        var machine = TimedRepeats.Machine();
        var context = new MLContext(seed: 1);
        var rows = context.Data.Cache(RandomRows.View(context, images, channels: 3, size), "Image");
        using var model = UntrainedModel.Fit(TransferStrategy.FromScratch(), backbone, size);
        using var files = new TemporaryModel(model, rows.Schema);
        var loaded = new MLContext().Model.Load(files.Zip, out _);
        using var session = new InferenceSession(files.Onnx);
        var pixels = Enumerable.Range(0, images).SelectMany(row => RandomRows.Image(row, 3 * size * size)).ToArray();
        var seconds = TimedRepeats.Run(
            turns,
            [
                () => model.PredictProbabilities(rows),
                () => loaded.Transform(rows).GetColumn<float>("Probability").ToArray(),
                .. batches.Select(batch => (Action)(() => Score(session, pixels, images, size, batch))),
            ]);

        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"# Scoring {images} images of {size} x {size}: {backbone}, 8-bit pixels in memory");
        text.AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"Medians of {turns} turns, each way once a turn, and of the ratios within a turn; {machine} before the start, {TimedRepeats.Machine()} at the end. Speed of PredictProbabilities in terms of each way's.");
        text.AppendLine();
        text.AppendLine("| | seconds | PredictProbabilities is | processor seconds | PredictProbabilities is |");
        text.AppendLine("|---|---|---|---|---|");
        string[] names = ["PredictProbabilities", "Transform of the loaded zip, row by row", .. batches.Select(batch => $"OnnxRuntime itself, batches of {batch}")];
        foreach (var (name, own) in names.Zip(seconds))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"| {name} | {TimedRepeats.Median(own.Wall):0.00} | {TimedRepeats.Ratio(own.Wall, seconds[0].Wall):0.00} x | {TimedRepeats.Median(own.Processor):0.00} | {TimedRepeats.Ratio(own.Processor, seconds[0].Processor):0.00} x |");
        }

        Console.Write(text);
        if (output is not null)
        {
            File.WriteAllText(output, text.ToString());
        }
    }

    private static void Score(InferenceSession session, byte[] pixels, int images, int size, int batch)
    {
        var length = 3 * size * size;
        using var options = new RunOptions();
        for (var start = 0; start < images; start += batch)
        {
            var count = Math.Min(batch, images - start);
            using var input = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, pixels.AsMemory(start * length, count * length), [count, 3, size, size]);
            using var outputs = session.Run(options, session.InputNames, [input], ["probabilities"]);
            outputs[0].GetTensorDataAsSpan<float>().ToArray();
        }
    }
}
