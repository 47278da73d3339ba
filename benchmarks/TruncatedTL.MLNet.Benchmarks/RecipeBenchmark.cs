using System.CommandLine;
using System.Globalization;
using System.Text;
using Microsoft.ML;
using TruncatedTL.MLNet.Data;
using TruncatedTL.MLNet.Strategies;
using TruncatedTL.MLNet.Training;
using TruncatedTL.MLNet.Weights;

namespace TruncatedTL.MLNet.Benchmarks;

/// <summary>
/// Compares training recipes on real images: every recipe trains full transfer and a truncated network with several seeds.
/// Recipes are ranked by validation AUROC; the test column is read once, for the table. The defaults of TrainingOptions come
/// from here.
/// </summary>
internal static class RecipeBenchmark
{
    private static readonly (string Name, Func<TrainingOptions> Create)[] Recipes =
    [
        ("paper: Adam 1e-4, plateau", Paper),
        ("Adam 1e-4, cosine", () => Recipe(OptimizerKind.Adam, 1e-4)),
        ("AdamW 3e-4, cosine", () => Recipe(OptimizerKind.AdamW, 3e-4)),
        ("AdamW 1e-3, cosine", () => Recipe(OptimizerKind.AdamW, 1e-3)),
        ("AdamW 3e-4, cosine, layer decay 0.8", () => Recipe(OptimizerKind.AdamW, 3e-4, o => o.LayerDecay = 0.8)),
        ("AdamW 3e-4, plateau", () => Recipe(OptimizerKind.AdamW, 3e-4, o => o.Schedule = LearningRateSchedule.ReduceOnPlateau)),
        ("AdamW 1e-3, plateau", () => Recipe(OptimizerKind.AdamW, 1e-3, o => o.Schedule = LearningRateSchedule.ReduceOnPlateau)),
    ];

    public static Command Command()
    {
        var data = new Option<FileInfo>("--data") { Description = "MedMNIST .npz file with two classes", Required = true };
        var weights = new Option<FileInfo>("--weights") { Description = "ResNet-18 weights", Required = true };
        var seeds = new Option<int>("--seeds") { DefaultValueFactory = _ => 3 };
        var epochs = new Option<int>("--epochs") { DefaultValueFactory = _ => 15 };
        var images = new Option<int>("--images") { Description = "most training images", DefaultValueFactory = _ => 600 };
        var size = new Option<int>("--size") { DefaultValueFactory = _ => 64 };
        var only = new Option<string?>("--only") { Description = "run recipes whose name contains this, and append to the output" };
        var output = new Option<FileInfo>("--output") { Required = true };
        var command = new Command("recipe", "compares training recipes on real images") { data, weights, seeds, epochs, images, size, only, output };
        command.SetAction(result => Run(
            result.GetRequiredValue(data).FullName,
            result.GetRequiredValue(weights).FullName,
            result.GetRequiredValue(seeds),
            result.GetRequiredValue(epochs),
            result.GetRequiredValue(images),
            result.GetRequiredValue(size),
            result.GetValue(only),
            result.GetRequiredValue(output).FullName));
        return command;
    }

    private static void Run(string data, string weights, int seeds, int epochs, int images, int size, string? only, string output)
    {
        var table = new StringBuilder();
        if (only is not null && File.Exists(output))
        {
            table.Append(File.ReadAllText(output));
        }
        else
        {
            AppendHeading(table, data, seeds, epochs, images, size);
        }

        foreach (var (name, create) in Recipes.Where(recipe => only is null || recipe.Name.Contains(only, StringComparison.Ordinal)))
        {
            foreach (var strategy in new TransferStrategy[] { TransferStrategy.Full(), TransferStrategy.Truncated("layer3.1") })
            {
                var runs = Enumerable.Range(1, seeds).Select(seed => Train(create(), strategy, data, weights, seed, epochs, images, size)).ToArray();
                var line = string.Create(CultureInfo.InvariantCulture, $"| {name} | {strategy} | {Sample.Summary([.. runs.Select(r => r.Validation)])} | {Sample.Summary([.. runs.Select(r => r.Test)])} | {runs.Average(r => r.Seconds):0} |");
                Console.WriteLine(line);
                table.AppendLine(line);
                File.WriteAllText(output, table.ToString());
            }
        }
    }

    private static void AppendHeading(StringBuilder table, string data, int seeds, int epochs, int images, int size)
    {
        table.AppendLine(CultureInfo.InvariantCulture, $"# Training recipes on {Path.GetFileName(data)}, {size} px, at most {images} training images, {epochs} epochs, {seeds} seeds");
        table.AppendLine();
        table.AppendLine("Ranked by the validation column; the test column was read once, after the choice. sd over seeds, which draw the training images, too.");
        table.AppendLine();
        table.AppendLine("| recipe | strategy | validation AUROC (mean, sd) | test AUROC (mean, sd) | seconds a run |");
        table.AppendLine("|---|---|---|---|---|");
    }

    private static (double Validation, double Test, double Seconds) Train(TrainingOptions training, TransferStrategy strategy, string data, string weights, int seed, int epochs, int images, int size)
    {
        var context = new MLContext(seed);
        IDataView View(MedMnistSplit split) => context.Data.LoadFromMedMnist(data, split, positiveClassName: "1");
        training.MaxEpochs = epochs;
        var trainer = context.BinaryClassification.Trainers.TransferLearning(context, new TransferLearningBinaryTrainer.Options
        {
            Strategy = strategy,
            Weights = PretrainedWeights.FromFile(weights),
            InputSize = [size, size],
            Training = training,
        });
        using var model = trainer.Fit(context.Data.TakeRows(context.Data.ShuffleRows(View(MedMnistSplit.Train), seed), images), View(MedMnistSplit.Validation));
        double Auroc(MedMnistSplit split) => context.BinaryClassification.Evaluate(model.Transform(View(split))).AreaUnderRocCurve;
        return (Auroc(MedMnistSplit.Validation), Auroc(MedMnistSplit.Test), model.Training.ElapsedSeconds);
    }

    private static TrainingOptions Paper()
    {
        var options = TrainingOptions.Paper();
        options.BatchSize = 32;
        return options;
    }

    private static TrainingOptions Recipe(OptimizerKind optimizer, double learningRate, Action<TrainingOptions>? change = null)
    {
        var options = new TrainingOptions { Optimizer = optimizer, LearningRate = learningRate, Schedule = LearningRateSchedule.Cosine };
        change?.Invoke(options);
        return options;
    }
}
