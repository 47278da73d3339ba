using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.ML;
using Microsoft.ML.Data;
using TorchSharp;
using TruncatedTL.MLNet.Reporting.Charts;
using TruncatedTL.MLNet.Tests.Experiments;
using TruncatedTL.MLNet.Tests.Reliability.Threads;

namespace TruncatedTL.MLNet.Benchmarks.Reliability;

/// <summary>Many short trainings, predictions and experiments in one process, and what it holds after each round.</summary>
internal static class SoakCommand
{
    private const int ExperimentEvery = 10;
    private const double Width = 640;
    private const double Height = 110;

    // The first trainings fill caches: of compiled code, of libtorch's and of ONNX Runtime's memory.
    private const double WarmUpShare = 0.2;

    // A leak raises the least of every window; what comes and goes does not.
    private const int Windows = 10;

    public static Command Command()
    {
        var minutes = new Option<double>("--minutes") { Description = "goes on until both this time and the number of fits are reached", DefaultValueFactory = _ => 0 };
        var fits = new Option<int>("--fits") { DefaultValueFactory = _ => 50 };
        var predictions = new Option<int>("--predictions") { Description = "after each fit", DefaultValueFactory = _ => 2000 };
        var output = ReliabilityCommand.Output();
        var command = new Command("soak", "many short trainings, predictions and experiments, with what the process holds after each") { minutes, fits, predictions, output };
        command.SetAction(result => Run(result.GetRequiredValue(minutes), result.GetRequiredValue(fits), result.GetRequiredValue(predictions), result.GetRequiredValue(output)));
        return command;
    }

    private static int Run(double minutes, int fits, int predictions, string output)
    {
        var folder = Directory.CreateTempSubdirectory("truncatedtl-soak-").FullName;
        Environment.SetEnvironmentVariable("TMPDIR", folder);
        var states = new List<(ProcessState State, long LiveTensors)>();
        var (experiments, predicted, fitSeconds) = (0, 0L, 0.0);
        var watch = Stopwatch.StartNew();
        try
        {
            while (states.Count < fits || watch.Elapsed.TotalMinutes < minutes)
            {
                FitAndPredict(Path.Combine(folder, "model"), predictions, ref fitSeconds);
                predicted += predictions;
                if (states.Count % ExperimentEvery == ExperimentEvery / 2)
                {
                    RunExperiment(Path.Combine(folder, "experiment"));
                    experiments++;
                }

                states.Add((ProcessState.Measure(), DisposeScopeManager.Statistics.ThreadTotalLiveCount));
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{states.Count} fits, {watch.Elapsed:hh\\:mm\\:ss}: {states[^1]}"));
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        (string Name, Func<(ProcessState State, long LiveTensors), double> Value, double Tolerance)[] lines =
        [
            ("live tensors", state => state.LiveTensors, 0),
            ("handles", state => state.State.Handles, 3),
            ("temporary files", state => state.State.TemporaryFiles, 0),
            ("managed memory, MB", state => state.State.ManagedBytes / 1e6, 1),
            ("native memory in use, MB", state => state.State.NativeBytes / 1e6, 5),
            ("resident memory, MB", state => state.State.ResidentBytes / 1e6, 25),
        ];
        lines = states.TrueForAll(state => state.State.NativeBytes == 0) ? [.. lines.Where(line => !line.Name.StartsWith("native", StringComparison.Ordinal))] : lines;
        var body = new StringBuilder();
        body.AppendLine(CultureInfo.InvariantCulture,
            $"{states.Count} trainings (4 epochs of 40 images of 16 pixels, the zip saved and loaded), {predicted:N0} predictions and {experiments} experiments in one process, {watch.Elapsed.TotalMinutes:0.0} minutes on {TimedRepeats.Machine()}. A training took {fitSeconds / states.Count:0.00} s;");
        body.AppendLine(CultureInfo.InvariantCulture,
            $"a leak for each training, prediction or experiment would show as it would in a program that does as many in any time: 8 hours with a training every {8 * 60.0 / states.Count:0.0} minutes. What grows by the hour alone would not.");
        body.AppendLine();
        body.AppendLine(CultureInfo.InvariantCulture, $"The last {1 - WarmUpShare:P0} are cut into {Windows} windows; growth is that of a straight line through the least of each, from the first window to the last. All is read after a full collection and after free");
        body.AppendLine("memory was given back to the system (`malloc_trim`): what is left is in use, or lies between what is in use. ![What the process holds after each training](soak.svg)");
        body.AppendLine();
        body.AppendLine("| | at the first | after the warm-up | at the last | growth | allowed | |");
        body.AppendLine("|---|---|---|---|---|---|---|");
        var grew = 0;
        foreach (var (name, value, tolerance) in lines)
        {
            var values = states.Select(value).ToArray();
            var settled = values[(int)(values.Length * WarmUpShare)..];
            var least = settled.Chunk((settled.Length + Windows - 1) / Windows).Select(window => window.Min()).ToArray();
            var growth = Slope(least) * (least.Length - 1);
            grew += growth > tolerance ? 1 : 0;
            body.AppendLine(CultureInfo.InvariantCulture, $"| {name} | {values[0]:0.#} | {settled[0]:0.#} | {values[^1]:0.#} | {growth:0.##} | {tolerance} | {(growth > tolerance ? "**grows**" : "flat")} |");
        }

        ResultPage.Write(output, "Reliability", "soak", body.ToString());
        File.WriteAllText(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(output))!, "soak.svg"), Picture([.. lines.Select(line => (line.Name, states.Select(line.Value).ToArray()))]));
        Console.Write(body);
        return grew == 0 ? 0 : 1;
    }

    private static void FitAndPredict(string path, int predictions, ref double fitSeconds)
    {
        var watch = Stopwatch.StartNew();
        ThreadRun.Save(path);
        fitSeconds += watch.Elapsed.TotalSeconds;
        using (var run = new ThreadRun(path))
        {
            run.PredictFromPool(threads: 1, predictions);
        }

        File.Delete(path);
    }

    private static void RunExperiment(string path)
    {
        var context = new MLContext(1);
        var (train, validation, test) = Samples.Rows(context);
        using (var result = Samples.Experiment(context, path).Execute(train, validation, test))
        {
            result.Model.Transform(test).GetColumn<float>("Score").Count();
        }

        Directory.Delete(path, recursive: true);
    }

    private static double Slope(double[] values)
    {
        var (meanX, meanY) = ((values.Length - 1) / 2.0, values.Average());
        return values.Select((y, x) => (x - meanX) * (y - meanY)).Sum() / Math.Max(1, values.Select((_, x) => (x - meanX) * (x - meanX)).Sum());
    }

    // The report's charts, one below the other in a file of their own: the colours that its style sheet would give stand here.
    private static string Picture((string Name, double[] Values)[] lines)
    {
        var (body, top) = (new StringBuilder(), 8.0);
        foreach (var (name, values) in lines)
        {
            var plot = new Plot(Width, Height, Axis.Linear([1, values.Length]), Axis.Linear(values.Append(0), 3), "training", name);
            plot.Curve(values.Select((value, index) => (index + 1.0, value)), "line");
            body.Append(CultureInfo.InvariantCulture, $"<g transform=\"translate(8 {top:0.#})\">\n").Append(plot.Canvas.ToMarkup(name.Split(',')[0].Replace(' ', '-'), name, $"{name} after each training")).Append("</g>\n");
            top += plot.Canvas.Height + 12;
        }

        return string.Create(CultureInfo.InvariantCulture, $$"""
            <svg xmlns="http://www.w3.org/2000/svg" width="{{Width + 16}}" height="{{top:0}}" font-family="sans-serif" font-size="11.5">
            <style>.grid { stroke: #ddd } .axis { stroke: #555 } .line { fill: none; stroke: #2563a8; stroke-width: 2 } text { fill: #333 }</style>
            <rect width="100%" height="100%" fill="#fff" />
            {{body}}</svg>

            """);
    }
}
