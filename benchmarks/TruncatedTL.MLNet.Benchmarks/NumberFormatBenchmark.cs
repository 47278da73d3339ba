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
/// Whether trainings in bfloat16 go as trainings in float32 do: loss epoch by epoch and AUROC at the end, for several seeds. How far two seeds in float32
/// lie apart is the noise that the difference between the formats is compared with.
/// </summary>
internal static class NumberFormatBenchmark
{
    public static Command Command()
    {
        var data = new Option<FileInfo>("--data") { Description = "MedMNIST .npz file with two classes", Required = true };
        var weights = new Option<FileInfo>("--weights") { Description = "ResNet-18 weights", Required = true };
        var cut = new Option<string?>("--cut") { Description = "unit behind which the network is cut; without, it is whole" };
        var seeds = new Option<int>("--seeds") { DefaultValueFactory = _ => 5 };
        var epochs = new Option<int>("--epochs") { DefaultValueFactory = _ => 20 };
        var images = new Option<int>("--images") { Description = "training images", DefaultValueFactory = _ => 320 };
        var validation = new Option<int>("--validation-images") { DefaultValueFactory = _ => 262 };
        var size = new Option<int>("--size") { DefaultValueFactory = _ => 32 };
        var output = new Option<FileInfo>("--output") { Required = true };
        var command = new Command("number-format", "compares trainings in bfloat16 and float32") { data, weights, cut, seeds, epochs, images, validation, size, output };
        command.SetAction(result => Run(
            new Task(result.GetRequiredValue(data).FullName, result.GetRequiredValue(weights).FullName, result.GetValue(cut), result.GetRequiredValue(epochs), result.GetRequiredValue(images), result.GetRequiredValue(validation), result.GetRequiredValue(size)),
            result.GetRequiredValue(seeds),
            result.GetRequiredValue(output).FullName));
        return command;
    }

    private static void Run(Task task, int seeds, string output)
    {
        var single = new List<TrainingOutcome>();
        var half = new List<TrainingOutcome>();
        for (var seed = 1; seed <= seeds; seed++)
        {
            single.Add(Train(task, seed, NumberFormat.Float32));
            half.Add(Train(task, seed, NumberFormat.BFloat16));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"seed {seed}: validation AUROC {single[^1].Validation:0.0000} and {half[^1].Validation:0.0000}, test {single[^1].Test:0.0000} and {half[^1].Test:0.0000}"));
            File.WriteAllText(output, Report(task, single, half));
        }
    }

    private static string Report(Task task, List<TrainingOutcome> single, List<TrainingOutcome> half)
    {
        var text = new StringBuilder();
        var steps = task.Epochs * (int)Math.Ceiling(task.Images / (double)TrainingDefaults.BatchSize);
        text.AppendLine(CultureInfo.InvariantCulture, $"# Training in bfloat16 and in float32: resnet18 {(task.Cut is null ? "as a whole" : $"up to {task.Cut}")}, {Path.GetFileName(task.Data)}");
        text.AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"{task.Images} training and {task.ValidationImages} validation images at {task.Size} px, {task.Epochs} epochs ({steps} steps), {single.Count} seeds, default options without early stopping, one thread; {TimedRepeats.Machine()}. A seed draws images,");
        text.AppendLine("order, augmentation and head; both formats have the same. Validation is float32 in both.");
        text.AppendLine();
        text.AppendLine("| seed | validation AUROC float32 | bfloat16 | test AUROC float32 | bfloat16 |");
        text.AppendLine("|---|---|---|---|---|");
        for (var i = 0; i < single.Count; i++)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"| {i + 1} | {single[i].Validation:0.0000} | {half[i].Validation:0.0000} | {single[i].Test:0.0000} | {half[i].Test:0.0000} |");
        }

        text.AppendLine();
        text.AppendLine("Difference bfloat16 - float32 over seeds, with its 95 % interval (Student's t):");
        text.AppendLine(CultureInfo.InvariantCulture, $"validation AUROC {Sample.Difference([.. half.Zip(single, (b, f) => b.Validation - f.Validation)])}, test AUROC {Sample.Difference([.. half.Zip(single, (b, f) => b.Test - f.Test)])}.");
        text.AppendLine();
        text.AppendLine("Training loss, mean over the steps of an epoch and over seeds. Formats: mean over seeds of |bfloat16 - float32| with the same seed. Seeds: the same between all pairs of seeds in float32.");
        text.AppendLine();
        text.AppendLine("| epoch | float32 | bfloat16 | between formats | between seeds |");
        text.AppendLine("|---|---|---|---|---|");
        for (var epoch = 0; epoch < task.Epochs; epoch++)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"| {epoch + 1} | {single.Average(run => run.Losses[epoch]):0.0000} | {half.Average(run => run.Losses[epoch]):0.0000} | {BetweenFormats(epoch):0.0000} | {BetweenSeeds(epoch):0.0000} |");
        }

        text.AppendLine(CultureInfo.InvariantCulture, $"| mean | | | {Enumerable.Range(0, task.Epochs).Average(BetweenFormats):0.0000} | {Enumerable.Range(0, task.Epochs).Average(BetweenSeeds):0.0000} |");
        return text.ToString();

        double BetweenFormats(int epoch) => single.Zip(half, (f, b) => Math.Abs(f.Losses[epoch] - b.Losses[epoch])).Average();
        double BetweenSeeds(int epoch) => single.SelectMany((first, i) => single.Skip(i + 1).Select(second => Math.Abs(first.Losses[epoch] - second.Losses[epoch]))).DefaultIfEmpty(double.NaN).Average();
    }

    private static TrainingOutcome Train(Task task, int seed, NumberFormat format)
    {
        var context = new MLContext(seed);
        IDataView View(MedMnistSplit split) => context.Data.LoadFromMedMnist(task.Data, split, positiveClassName: "1");
        IDataView Some(MedMnistSplit split, int count) => context.Data.TakeRows(context.Data.ShuffleRows(View(split), seed), count);
        var trainer = context.BinaryClassification.Trainers.TransferLearning(context, new TransferLearningBinaryTrainer.Options
        {
            Strategy = task.Cut is null ? TransferStrategy.Full() : TransferStrategy.Truncated(task.Cut),
            Weights = PretrainedWeights.FromFile(task.Weights),
            InputSize = [task.Size, task.Size],
            Training = new TrainingOptions { MaxEpochs = task.Epochs, NumberFormat = format, NumberOfThreads = 1, EarlyStopping = new EarlyStoppingOptions { Patience = 0 } },
        });
        using var model = trainer.Fit(Some(MedMnistSplit.Train, task.Images), Some(MedMnistSplit.Validation, task.ValidationImages));
        if (model.Training.NumberFormat != format)
        {
            throw new InvalidOperationException(model.Training.Explanation);
        }

        return new TrainingOutcome(
            [.. model.Training.History.Select(epoch => epoch.TrainLoss)], model.Training.BestMetric, context.BinaryClassification.Evaluate(model.Transform(View(MedMnistSplit.Test))).AreaUnderRocCurve);
    }

    private sealed record Task(string Data, string Weights, string? Cut, int Epochs, int Images, int ValidationImages, int Size);

    private sealed record TrainingOutcome(double[] Losses, double Validation, double Test);
}
