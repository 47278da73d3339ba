using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.OnnxRuntime;
using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Strategies;

namespace TruncatedTL.MLNet.Benchmarks;

/// <summary>
/// What the first prediction costs an application: a process of its own loads the saved zip and scores one image; another one does the same with OnnxRuntime alone, which
/// shows how much of it is not ML.NET's.
/// </summary>
internal static class ColdStartBenchmark
{
    private const int Turns = 5;

    public static Command Command()
    {
        var backbone = new Option<string>("--backbone") { DefaultValueFactory = _ => BackboneNames.ResNet50 };
        var cut = new Option<string>("--cut") { DefaultValueFactory = _ => "layer3.3" };
        var size = new Option<int>("--size") { DefaultValueFactory = _ => 224 };
        var turns = new Option<int>("--turns") { DefaultValueFactory = _ => Turns };
        var part = new Option<string?>("--part") { Description = "one measurement in this process: zip or onnx" };
        var model = new Option<string?>("--model") { Description = "the file that --part reads" };
        var output = new Option<string?>("--output");
        var command = new Command("cold-start", "times loading a zip and the first prediction in a fresh process") { backbone, cut, size, turns, part, model, output };
        command.SetAction(result =>
        {
            switch (result.GetValue(part))
            {
                case "zip":
                    ReportZip(result.GetValue(model)!, result.GetRequiredValue(size));
                    break;
                case "onnx":
                    ReportOnnx(result.GetValue(model)!, result.GetRequiredValue(size));
                    break;
                default:
                    Run(result.GetRequiredValue(backbone), result.GetRequiredValue(cut), result.GetRequiredValue(size), result.GetRequiredValue(turns), result.GetValue(output));
                    break;
            }
        });
        return command;
    }

    private static void Run(string backbone, string cut, int size, int turns, string? output)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"# The first prediction of a fresh process: {backbone} up to {cut}, {size} x {size}, random weights");
        text.AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"Medians of {turns} processes each, the kinds in turn, from the entry of the program on: seconds by the clock, and of processor time in brackets; {TimedRepeats.Machine()} before the start.");
        text.AppendLine();
        text.AppendLine("| weights | file, MB | zip: load | zip: first prediction | zip: together | zip: second prediction | OnnxRuntime alone: session | OnnxRuntime alone: first run |");
        text.AppendLine("|---|---|---|---|---|---|---|---|");
        foreach (var isHalf in new[] { false, true })
        {
            using var fitted = UntrainedModel.Fit(TransferStrategy.FromScratch(cut), backbone, size, isHalf);
            using var files = new TemporaryModel(fitted, RandomRows.View(new MLContext(), 1, channels: 3, size).Schema);
            var (zip, onnx) = (new List<double[]>(), new List<double[]>());
            for (var turn = 0; turn < turns; turn++)
            {
                zip.Add(ChildProcess.Numbers("cold-start", "--size", $"{size}", "--part", "zip", "--model", files.Zip));
                onnx.Add(ChildProcess.Numbers("cold-start", "--size", $"{size}", "--part", "onnx", "--model", files.Onnx));
            }

            // The sum is a figure of each process.
            var together = zip.Select(numbers => new[] { numbers[0] + numbers[2], numbers[1] + numbers[3] }).ToList();
            text.AppendLine(CultureInfo.InvariantCulture, $"| {(isHalf ? "half precision" : "single precision")} | {new FileInfo(files.Zip).Length / 1e6:0.0} | {Cell(zip, 0)} | {Cell(zip, 2)} | {Cell(together, 0)} | {Cell(zip, 4)} | {Cell(onnx, 0)} | {Cell(onnx, 2)} |");
        }

        text.AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"At the end: {TimedRepeats.Machine()}.");
        Console.Write(text);
        if (output is not null)
        {
            File.WriteAllText(output, text.ToString());
        }
    }

    private static string Cell(List<double[]> processes, int at) => string.Create(
        CultureInfo.InvariantCulture,
        $"{TimedRepeats.Median([.. processes.Select(numbers => numbers[at])]):0.00} ({TimedRepeats.Median([.. processes.Select(numbers => numbers[at + 1])]):0.00})");

    private static void ReportZip(string path, int size)
    {
        var clock = new Clock();
        var context = new MLContext();
        var model = context.Model.Load(path, out _);
        var load = clock.Lap();
        model.Transform(RandomRows.View(context, 1, channels: 3, size)).GetColumn<float>("Probability").Single();
        var first = clock.Lap();
        model.Transform(RandomRows.View(context, 1, channels: 3, size)).GetColumn<float>("Probability").Single();
        var second = clock.Lap();
        ChildProcess.Report([.. load, .. first, .. second]);
    }

    private static void ReportOnnx(string path, int size)
    {
        var clock = new Clock();
        using var session = new InferenceSession(path);
        var load = clock.Lap();
        using var options = new RunOptions();
        using var input = OrtValue.CreateTensorValueFromMemory(RandomRows.Image(0, 3 * size * size), [1, 3, size, size]);
        using var outputs = session.Run(options, session.InputNames, [input], ["probabilities"]);
        ChildProcess.Report([.. load, .. clock.Lap()]);
    }

    private sealed class Clock
    {
        private readonly Stopwatch _watch = Stopwatch.StartNew();
        private double _processor = Environment.CpuUsage.TotalTime.TotalSeconds;

        // Seconds by the clock and of processor time since the last call.
        public double[] Lap()
        {
            var processor = Environment.CpuUsage.TotalTime.TotalSeconds;
            double[] lap = [_watch.Elapsed.TotalSeconds, processor - _processor];
            _processor = processor;
            _watch.Restart();
            return lap;
        }
    }
}
