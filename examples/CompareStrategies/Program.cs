// Compares transfer strategies on one task, finds the cut of the truncated network, and saves the chosen model as an ML.NET zip with a report.
//
//   dotnet run -c Release --project examples/CompareStrategies
//   dotnet run -c Release --project examples/CompareStrategies -- --data breastmnist.npz --weights resnet18.safetensors --size 64
//
// With no arguments nothing is downloaded: the weights are those inside the package, the task is drawn by formula. What is stopped goes on when it is started again with the same arguments.
using System.CommandLine;
using CompareStrategies;
using Microsoft.ML;
using Microsoft.ML.Data;
using Spectre.Console;
using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Data;
using TruncatedTL.MLNet.Native;
using TruncatedTL.MLNet.Weights;

// Small enough that six trainings end in a coffee break on two cores.
const int DefaultSize = 64;
const int FormulaEpochs = 12;

var data = new Option<string?>("--data") { Description = "MedMNIST .npz file, or a folder with one sub-folder a class" };
var weights = new Option<string?>("--weights") { Description = "pretrained weights, .pth or .safetensors; the bundled ones unless told otherwise" };
var backbone = new Option<string?>("--backbone") { Description = $"one of {string.Join(", ", Backbone.Names)}; resnet18_w32 with the bundled weights and resnet18 with others unless told otherwise" };
var size = new Option<int?>("--size") { Description = "height and width in pixels that the networks work on" };
var search = new Option<string>("--search") { Description = "Guided, TwoStage, Exhaustive, SuccessiveHalving(start=3, eta=3) or Fixed(NAME, ...)", DefaultValueFactory = _ => "Guided" };
var epochs = new Option<int?>("--epochs") { Description = "most passes over the training images" };
var seed = new Option<int>("--seed") { DefaultValueFactory = _ => 1 };
var output = new Option<string?>("--output") { Description = "folder of the experiment: report, model, table, trials; unless given compare-output, or compare- and the name of the data" };
var command = new RootCommand("Compares transfer strategies and saves the best model.") { data, weights, backbone, size, search, epochs, seed, output };
command.SetAction(parsed => Guarded(new Settings
{
    Data = parsed.GetValue(data),
    Weights = parsed.GetValue(weights),
    Backbone = parsed.GetValue(backbone) ?? (parsed.GetValue(weights) is null ? BackboneNames.ResNet18Narrow : BackboneNames.ResNet18),
    Size = parsed.GetValue(size),
    Search = parsed.GetRequiredValue(search),
    Epochs = parsed.GetValue(epochs),
    Seed = parsed.GetRequiredValue(seed),
    Output = parsed.GetValue(output) ?? $"compare-{(parsed.GetValue(data) is { } path ? Path.GetFileNameWithoutExtension(Path.TrimEndingDirectorySeparator(path)) : "output")}",
}));
return command.Parse(args).Invoke();

// A typing error in a file name or a cut deserves its message, not a stack trace.
static int Guarded(Settings settings)
{
    try
    {
        return Run(settings);
    }
    catch (Exception error) when (error is IOException or ArgumentException or FormatException or InvalidOperationException or ImageDataException or WeightsException or TorchBackendException)
    {
        AnsiConsole.MarkupLineInterpolated($"[red]{error.Message}[/]");
        return 1;
    }
}

static int Run(Settings settings)
{
    settings = settings with { Epochs = settings.Epochs ?? (settings.Data is null ? FormulaEpochs : null) };
    var context = new MLContext(settings.Seed);
    var task = settings.Data switch
    {
        null => ImageTask.Formula(context, settings.Size ?? DefaultSize, settings.Seed),
        var path when Directory.Exists(path) => ImageTask.Folder(context, path, settings.Size ?? DefaultSize, settings.Seed),
        var path => ImageTask.Npz(context, path),
    };
    // Ctrl-C once ends with the best so far, twice ends at once.
    using var cancel = new CancellationTokenSource();
    Console.CancelKeyPress += (_, pressed) =>
    {
        pressed.Cancel = !cancel.IsCancellationRequested;
        cancel.Cancel();
    };
    var outcome = AnsiConsole.Profile.Out.IsTerminal
        ? LiveTable.Run(progress => Comparison.Run(context, task, settings, progress, cancel.Token))
        : Comparison.Run(context, task, settings, new Lines(), cancel.Token);
    ResultTable.Print(task, outcome);
    ResultTable.Save(
        Path.Combine(settings.Output, "table.md"),
        $"{task.Name}, {settings.Backbone}, weights {Path.GetFileName(settings.Weights) ?? "bundled"}, seed {settings.Seed}",
        outcome);

    // A fresh context stands for another program.
    var fresh = new MLContext();
    var model = fresh.Model.Load(outcome.ModelPath, out _);
    AnsiConsole.WriteLine(outcome.Reason);
    AnsiConsole.MarkupLineInterpolated($"Model: [green]{outcome.ModelPath}[/] ({new FileInfo(outcome.ModelPath).Length / 1e6:0.0} MB). Loaded back, first test image: {Prediction(model.Transform(fresh.Data.TakeRows(task.Test, 1)))}");
    AnsiConsole.MarkupLineInterpolated($"Report: [green]{outcome.ReportPath}[/]");
    return 0;
}

static string Prediction(IDataView scored) => scored.Schema.GetColumnOrNull("Probability") is not null
    ? $"{scored.GetColumn<bool>("PredictedLabel").First()} with probability {scored.GetColumn<float>("Probability").First():0.000}, the label is {scored.GetColumn<bool>("Label").First()}"
    : $"scores {string.Join(", ", scored.GetColumn<float[]>("Score").First().Select(s => s.ToString("0.000", System.Globalization.CultureInfo.InvariantCulture)))}";
