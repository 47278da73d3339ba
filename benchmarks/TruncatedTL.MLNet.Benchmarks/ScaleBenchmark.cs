using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.ML;
using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Networks;
using TruncatedTL.MLNet.Strategies;
using TruncatedTL.MLNet.Training;
using TruncatedTL.MLNet.Weights;

namespace TruncatedTL.MLNet.Benchmarks;

/// <summary>Time an image and memory as the number of training images grows, each number in a process of its own, with a limit for images in memory.</summary>
internal static class ScaleBenchmark
{
    private const long MemoryLimit = 16 << 20;

    // Few images need more epochs until the program is warm.
    private const int ImagesInAll = 20000;

    public static Command Command()
    {
        var counts = new Option<int[]>("--images") { DefaultValueFactory = _ => [1000, 10000, 100000], AllowMultipleArgumentsPerToken = true };
        var size = new Option<int>("--size") { DefaultValueFactory = _ => 32 };
        var turns = new Option<int>("--turns") { Description = "processes for each number", DefaultValueFactory = _ => 5 };
        var only = new Option<int?>("--only") { Description = "one number, in this process" };
        var output = new Option<string?>("--output");
        var command = new Command("scale", "time an image and memory for thousands to a hundred thousand images") { counts, size, turns, only, output };
        command.SetAction(result =>
        {
            if (result.GetValue(only) is { } count)
            {
                Report(count, result.GetRequiredValue(size));
                return;
            }

            Run(result.GetRequiredValue(counts), result.GetRequiredValue(size), result.GetRequiredValue(turns), result.GetValue(output));
        });
        return command;
    }

    private static void Run(int[] counts, int size, int turns, string? output)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"# Fit on more and more images of 3 x {size} x {size}: {BackboneNames.ResNet18Narrow} up to layer1.0, default augmentation, batches of 64");
        text.AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"Medians of {turns} processes for each number, in turn, of at least 2 epochs and {ImagesInAll} images in all, `ImageMemoryLimit` {MemoryLimit >> 20} MiB; rows are made while they are read. Milliseconds an image in a process: median of the epochs of the second half. {TimedRepeats.Machine()} before the start.");
        text.AppendLine();
        text.AppendLine("| images | their bytes, MB | ms an image, clock | ms an image, processor | reading a row, ms processor | resident memory after epoch 1, MB | after the last epoch, MB | peak, MB |");
        text.AppendLine("|---|---|---|---|---|---|---|---|");
        var runs = counts.ToDictionary(count => count, _ => new List<double[]>());
        for (var turn = 0; turn < turns; turn++)
        {
            foreach (var count in counts)
            {
                runs[count].Add(ChildProcess.Numbers("scale", "--only", $"{count}", "--size", $"{size}"));
            }
        }

        foreach (var (count, own) in runs)
        {
            var n = Enumerable.Range(0, own[0].Length).Select(i => TimedRepeats.Median([.. own.Select(run => run[i])])).ToArray();
            var line = string.Create(CultureInfo.InvariantCulture, $"| {count} | {3.0 * size * size * count / 1e6:0.0} | {n[0]:0.000} | {n[1]:0.000} | {n[2]:0.000} | {n[3]:0} | {n[4]:0} | {n[5]:0} |");
            Console.WriteLine(line);
            text.AppendLine(line);
        }

        text.AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"At the end: {TimedRepeats.Machine()}.");
        if (output is not null)
        {
            File.WriteAllText(output, text.ToString());
        }
    }

    private static void Report(int count, int size)
    {
        var context = new MLContext(seed: 1);
        var (wall, processor, resident) = (new List<double>(), new List<double>(), new List<double>());
        var watch = Stopwatch.StartNew();
        var start = Environment.CpuUsage.TotalTime;
        var reading = TimeSpan.Zero;
        context.Log += (_, e) =>
        {
            // The first line after the rows have been read.
            if (reading == TimeSpan.Zero && e.Message.Contains("training and", StringComparison.Ordinal))
            {
                reading = Environment.CpuUsage.TotalTime - start;
            }
        };
        var options = new TransferLearningBinaryTrainer.Options
        {
            Strategy = TransferStrategy.FromScratch("layer1.0"),
            Backbone = BackboneNames.ResNet18Narrow,
            Weights = PretrainedWeights.Random,
            Normalization = new PixelNormalization(255, [0.5], [0.25]),
            ImageMemoryLimit = MemoryLimit,
            Training = new TrainingOptions { MaxEpochs = Math.Max(2, ImagesInAll / count), BatchSize = 64, ValidationFraction = 0, EarlyStopping = new EarlyStoppingOptions { Patience = 0 } },
            MetricsCallback = _ =>
            {
                using var process = Process.GetCurrentProcess();
                wall.Add(watch.Elapsed.TotalMilliseconds);
                processor.Add(Environment.CpuUsage.TotalTime.TotalMilliseconds);
                resident.Add(process.WorkingSet64 / 1e6);
            },
        };
        using var model = context.BinaryClassification.Trainers.TransferLearning(context, options).Fit(RandomRows.View(context, count, channels: 3, size));
        using var self = Process.GetCurrentProcess();
        ChildProcess.Report(
            PerImage(wall), PerImage(processor), reading.TotalMilliseconds / count, resident[0], resident[^1], self.PeakWorkingSet64 / 1e6);

        double PerImage(List<double> ends) => TimedRepeats.Median([.. ends.Skip(1).Zip(ends, (end, before) => (end - before) / count).TakeLast(ends.Count / 2)]);
    }
}
