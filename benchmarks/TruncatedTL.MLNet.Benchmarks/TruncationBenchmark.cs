using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.ML;
using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Strategies;

namespace TruncatedTL.MLNet.Benchmarks;

/// <summary>What a truncated network saves where it is used: latency of single images, size of the zip, peak memory; each model in processes of its own.</summary>
internal static class TruncationBenchmark
{
    public static Command Command()
    {
        var backbone = new Option<string>("--backbone") { DefaultValueFactory = _ => BackboneNames.ResNet50 };
        var cut = new Option<string>("--cut") { DefaultValueFactory = _ => "layer3.3" };
        var size = new Option<int>("--size") { DefaultValueFactory = _ => 224 };
        var turns = new Option<int>("--turns") { DefaultValueFactory = _ => 5 };
        var predictions = new Option<int>("--predictions") { DefaultValueFactory = _ => 30 };
        var model = new Option<string?>("--model") { Description = "measures this zip in this process" };
        var output = new Option<string?>("--output");
        var command = new Command("truncation", "latency, size and memory of a truncated network against the whole one") { backbone, cut, size, turns, predictions, model, output };
        command.SetAction(result =>
        {
            if (result.GetValue(model) is { } path)
            {
                Report(path, result.GetRequiredValue(size), result.GetRequiredValue(predictions));
                return;
            }

            Run(
                result.GetRequiredValue(backbone),
                result.GetRequiredValue(cut),
                result.GetRequiredValue(size),
                result.GetRequiredValue(turns),
                result.GetRequiredValue(predictions),
                result.GetValue(output));
        });
        return command;
    }

    private static void Run(string backbone, string cut, int size, int turns, int predictions, string? output)
    {
        var machine = TimedRepeats.Machine();
        var schema = RandomRows.View(new MLContext(), 1, channels: 3, size).Schema;
        using var published = UntrainedModel.FitPublished(backbone);
        using var publishedFiles = new TemporaryModel(published, RandomRows.ViewOfClasses(new MLContext(), 1, channels: 3, size: 32).Schema);
        using var whole = UntrainedModel.Fit(TransferStrategy.FromScratch(), backbone, size);
        using var truncated = UntrainedModel.Fit(TransferStrategy.FromScratch(cut), backbone, size);
        using var wholeFiles = new TemporaryModel(whole, schema);
        using var truncatedFiles = new TemporaryModel(truncated, schema);
        var (wholeRuns, truncatedRuns) = (new List<double[]>(), new List<double[]>());
        for (var turn = 0; turn < turns; turn++)
        {
            wholeRuns.Add(Measure(wholeFiles.Zip, size, predictions));
            truncatedRuns.Add(Measure(truncatedFiles.Zip, size, predictions));
        }

        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"# {backbone} up to {cut} against the whole network, {size} x {size}, one image at a time");
        text.AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"The saved zip in ML.NET's prediction engine; medians of {turns} processes each, in turn, of {predictions} predictions each; {machine} before the start, {TimedRepeats.Machine()} at the end; random weights.");
        text.AppendLine();
        text.AppendLine("| | whole | truncated | ratio |");
        text.AppendLine("|---|---|---|---|");
        AddRun("p50 latency, ms by the clock", 0, 1e3);
        AddRun("mean processor time, ms", 1, 1e3);
        AddRun("peak memory of the process, MB", 2, 1e-6);
        Add("zip, MB", new FileInfo(wholeFiles.Zip).Length / 1e6, new FileInfo(truncatedFiles.Zip).Length / 1e6);
        Add("zip, MB, against the network with the 1,000 classes of its published weights", new FileInfo(publishedFiles.Zip).Length / 1e6, new FileInfo(truncatedFiles.Zip).Length / 1e6);
        Add("parameters, million", whole.ParameterCount / 1e6, truncated.ParameterCount / 1e6);
        Add("multiply-accumulates, million", whole.MacCount / 1e6, truncated.MacCount / 1e6);
        Console.Write(text);
        if (output is not null)
        {
            File.WriteAllText(output, text.ToString());
        }

        void AddRun(string name, int at, double unit) =>
            Add(name, unit * TimedRepeats.Median([.. wholeRuns.Select(run => run[at])]), unit * TimedRepeats.Median([.. truncatedRuns.Select(run => run[at])]));

        void Add(string name, double of, double part) => text.AppendLine(CultureInfo.InvariantCulture, $"| {name} | {of:0.0} | {part:0.0} | {part / of:0.00} |");
    }

    /// <summary>In a process of its own: p50 latency and mean processor time of a prediction, in seconds, and peak memory in bytes.</summary>
    public static double[] Measure(string zip, int size, int predictions) =>
        ChildProcess.Numbers("truncation", "--size", $"{size}", "--predictions", $"{predictions}", "--model", zip);

    private static void Report(string path, int size, int predictions)
    {
        var context = new MLContext();
        var model = context.Model.Load(path, out var schema);
        var definition = Microsoft.ML.Data.SchemaDefinition.Create(typeof(Row));
        definition[nameof(Row.Image)].ColumnType = schema[nameof(Row.Image)].Type;
        using var engine = context.Model.CreatePredictionEngine<Row, Prediction>(model, inputSchemaDefinition: definition);
        var row = new Row { Image = RandomRows.Image(0, 3 * size * size) };
        for (var i = 0; i < 3; i++)
        {
            engine.Predict(row);
        }

        var seconds = new double[predictions];
        var before = Environment.CpuUsage.TotalTime.TotalSeconds;
        for (var i = 0; i < predictions; i++)
        {
            var watch = Stopwatch.StartNew();
            engine.Predict(row);
            seconds[i] = watch.Elapsed.TotalSeconds;
        }

        using var process = Process.GetCurrentProcess();
        ChildProcess.Report(TimedRepeats.Median(seconds), (Environment.CpuUsage.TotalTime.TotalSeconds - before) / predictions, process.PeakWorkingSet64);
    }

    private sealed class Row
    {
        public byte[] Image { get; init; } = [];
    }

    private sealed class Prediction
    {
        public float Probability { get; set; }
    }
}
