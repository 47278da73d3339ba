// Compares transfer strategies on one task and saves the best model as an ML.NET zip.
//
//   dotnet run -c Release --project examples/CompareStrategies
//   dotnet run -c Release --project examples/CompareStrategies -- --data breastmnist.npz --weights resnet18.safetensors --size 64
//
// With no arguments nothing is downloaded: the weights are those inside the package, the task is drawn by formula.
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
var cut = new Option<string?>("--cut") { Description = "cut of the partial strategies, e.g. layer3.1" };
var epochs = new Option<int?>("--epochs") { Description = "most passes over the training images" };
var seed = new Option<int>("--seed") { DefaultValueFactory = _ => 1 };
var output = new Option<string>("--output") { Description = "folder for models and table", DefaultValueFactory = _ => "compare-output" };
var command = new RootCommand("Compares transfer strategies and saves the best model.") { data, weights, backbone, size, cut, epochs, seed, output };
command.SetAction(parsed => Guarded(new Settings
{
    Data = parsed.GetValue(data),
    Weights = parsed.GetValue(weights),
    Backbone = parsed.GetValue(backbone) ?? (parsed.GetValue(weights) is null ? BackboneNames.ResNet18Narrow : BackboneNames.ResNet18),
    Size = parsed.GetValue(size),
    Cut = parsed.GetValue(cut),
    Epochs = parsed.GetValue(epochs),
    Seed = parsed.GetRequiredValue(seed),
    Output = parsed.GetRequiredValue(output),
}));
return command.Parse(args).Invoke();

// A typing error in a file name or a cut deserves its message, not a stack trace.
static int Guarded(Settings settings)
{
    try
    {
        return Run(settings);
    }
    catch (Exception error) when (error is IOException or ArgumentException or InvalidOperationException or ImageDataException or WeightsException or TorchBackendException)
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
    var trials = new List<Trial>();
    AnsiConsole.Progress()
        .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
        .Start(progress =>
        {
            var pretrained = settings.Weights is { } file ? PretrainedWeights.FromFile(file) : PretrainedWeights.Bundled;
            var comparison = new Comparison(task, settings, pretrained);
            foreach (var strategy in comparison.Strategies)
            {
                var bar = new EpochBar(progress, strategy.ToString());
                trials.Add(comparison.Run(strategy, bar));
                bar.Finish();
            }
        });

    // The choice is made on validation rows; the test columns are for the reader.
    var (best, tolerance) = Choice.Of(task, trials);
    ResultTable.Print(task, trials, best);
    var tablePath = Path.Combine(settings.Output, "table.md");
    ResultTable.Save(
        tablePath,
        $"{task.Name}, {settings.Backbone}, weights {Path.GetFileName(settings.Weights) ?? "bundled"}, seed {settings.Seed}",
        tolerance,
        task,
        trials,
        best);

    // A fresh context stands for another program.
    var fresh = new MLContext();
    var model = fresh.Model.Load(best.ModelPath, out _);
    var one = model.Transform(fresh.Data.TakeRows(task.Test, 1));
    AnsiConsole.MarkupLineInterpolated($"Smallest within one standard error ({tolerance:0.000}) of the best on validation: [green]{best.Strategy}[/], saved as {best.ModelPath} ({best.ZipBytes / 1e6:0.0} MB); table in {tablePath}");
    AnsiConsole.MarkupLineInterpolated($"Loaded back, first test image: {Prediction(one)}");
    return 0;
}

static string Prediction(IDataView scored) => scored.Schema["Label"].Type is BooleanDataViewType
    ? $"{scored.GetColumn<bool>("PredictedLabel").First()} with probability {scored.GetColumn<float>("Probability").First():0.000}, the label is {scored.GetColumn<bool>("Label").First()}"
    : $"scores {string.Join(", ", scored.GetColumn<float[]>("Score").First().Select(s => s.ToString("0.000", System.Globalization.CultureInfo.InvariantCulture)))}";
