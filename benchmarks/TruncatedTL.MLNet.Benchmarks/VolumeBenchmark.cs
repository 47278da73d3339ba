using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.ML;
using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Data;
using TruncatedTL.MLNet.Strategies;
using TruncatedTL.MLNet.Training;

namespace TruncatedTL.MLNet.Benchmarks;

/// <summary>A task on volumes end to end, through an ML.NET pipeline and ML.NET's own evaluation: full transfer, truncation, from scratch.</summary>
internal static class VolumeBenchmark
{
    public static Command Command()
    {
        var data = new Option<string>("--data") { Description = "MedMNIST .npz file of volumes with two classes", Required = true };
        var backbone = new Option<string>("--backbone") { DefaultValueFactory = _ => BackboneNames.ResNet10VolumeNarrow };
        var cut = new Option<string>("--cut") { DefaultValueFactory = _ => "layer3.0" };
        var seeds = new Option<int>("--seeds") { DefaultValueFactory = _ => 3 };
        var epochs = new Option<int>("--epochs") { DefaultValueFactory = _ => 15 };
        var output = new Option<string>("--output") { Required = true };
        var command = new Command("volumes", "full transfer, truncation and from scratch on volumes") { data, backbone, cut, seeds, epochs, output };
        command.SetAction(result => Run(
            result.GetRequiredValue(data),
            result.GetRequiredValue(backbone),
            result.GetRequiredValue(cut),
            result.GetRequiredValue(seeds),
            result.GetRequiredValue(epochs),
            result.GetRequiredValue(output)));
        return command;
    }

    private static void Run(string data, string backbone, string cut, int seeds, int epochs, string output)
    {
        var table = new StringBuilder();
        table.AppendLine(CultureInfo.InvariantCulture, $"# {Path.GetFileNameWithoutExtension(data)}: {backbone}, {epochs} epochs, {seeds} seeds");
        table.AppendLine();
        table.AppendLine("Mean (standard deviation) over seeds. The epoch is chosen on the published validation split; the published test split is read once a run.");
        table.AppendLine();
        table.AppendLine("| strategy | validation AUROC | test AUROC | test accuracy | parameters | MACs a volume | zip | training, seconds a run |");
        table.AppendLine("|---|---|---|---|---|---|---|---|");
        TransferStrategy[] strategies = [TransferStrategy.Full(), TransferStrategy.Truncated(cut), TransferStrategy.FromScratch(), TransferStrategy.FromScratch(cut)];
        foreach (var strategy in strategies)
        {
            var runs = Enumerable.Range(1, seeds).Select(seed => Train(data, backbone, strategy, seed, epochs)).ToArray();
            var line = string.Create(
                CultureInfo.InvariantCulture,
                $"| {strategy} | {Sample.Summary([.. runs.Select(r => r.Validation)])} | {Sample.Summary([.. runs.Select(r => r.Auroc)])} | {Sample.Summary([.. runs.Select(r => r.Accuracy)])} | {runs[0].Parameters / 1e6:0.00}M | {runs[0].Macs / 1e6:0}M | {runs[0].ZipBytes / 1e6:0.0} MB | {runs.Average(r => r.Seconds):0} |");
            Console.WriteLine(line);
            table.AppendLine(line);
            File.WriteAllText(output, table.ToString());
        }
    }

    private static Trained Train(string data, string backbone, TransferStrategy strategy, int seed, int epochs)
    {
        var context = new MLContext(seed);
        IDataView View(MedMnistSplit split) => context.Data.LoadFromMedMnist(data, split, positiveClassName: "1");
        var train = View(MedMnistSplit.Train);
        var watch = Stopwatch.StartNew();
        using var model = context.BinaryClassification.Trainers.TransferLearning(context, new TransferLearningBinaryTrainer.Options
        {
            Backbone = backbone,
            Strategy = strategy,
            Training = new TrainingOptions { MaxEpochs = epochs },
        }).Fit(train, View(MedMnistSplit.Validation));
        var seconds = watch.Elapsed.TotalSeconds;

        // What is evaluated is what a plain ML.NET program gets: the saved zip.
        var path = Path.Combine(Path.GetTempPath(), $"volumes-{Guid.NewGuid():N}.zip");
        context.Model.Save(model, train.Schema, path);
        var loaded = new MLContext(seed).Model.Load(path, out _);
        using var cleanUp = loaded as IDisposable;
        var metrics = context.BinaryClassification.Evaluate(loaded.Transform(View(MedMnistSplit.Test)));
        var bytes = new FileInfo(path).Length;
        File.Delete(path);
        return new Trained(model.Training.BestMetric, metrics.AreaUnderRocCurve, metrics.Accuracy, model.ParameterCount, model.MacCount, bytes, seconds);
    }

    private sealed record Trained(double Validation, double Auroc, double Accuracy, long Parameters, long Macs, long ZipBytes, double Seconds);
}
