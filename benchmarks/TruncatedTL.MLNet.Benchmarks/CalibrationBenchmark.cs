using System.CommandLine;
using System.Globalization;
using System.Text;
using Microsoft.ML;
using Microsoft.ML.Data;
using TruncatedTL.MLNet.Data;
using TruncatedTL.MLNet.Evaluation;
using TruncatedTL.MLNet.Strategies;
using TruncatedTL.MLNet.Training;
using TruncatedTL.MLNet.Weights;

namespace TruncatedTL.MLNet.Benchmarks;

/// <summary>
/// What calibration on the validation split does to the test split, measured on what a saved model says after loading in a fresh context; and what
/// thresholds chosen on validation reach on test.
/// </summary>
internal static class CalibrationBenchmark
{
    private const string Cut = "layer3.1";

    public static Command Command()
    {
        var data = new Option<string>("--data") { Description = "a MedMNIST .npz file with two classes", Required = true };
        var weights = new Option<string>("--weights") { Required = true };
        var images = new Option<int>("--images") { DefaultValueFactory = _ => 1000 };
        var epochs = new Option<int>("--epochs") { DefaultValueFactory = _ => 20 };
        var seeds = new Option<int>("--seeds") { DefaultValueFactory = _ => 5 };
        var weighting = new Option<ClassWeighting>("--class-weighting") { DefaultValueFactory = _ => ClassWeighting.Balanced };
        var chooses = new Option<bool>("--choose-epoch") { Description = "let validation choose the epoch by AUROC, as a fit with validation rows does" };
        var output = new Option<string>("--output") { Required = true };
        var command = new Command("calibration", "calibrates on validation, measures on test") { data, weights, images, epochs, seeds, weighting, chooses, output };
        command.SetAction(result => Run(
            result.GetRequiredValue(data),
            PretrainedWeights.FromFile(result.GetRequiredValue(weights)),
            result.GetRequiredValue(images),
            result.GetRequiredValue(epochs),
            result.GetRequiredValue(seeds),
            result.GetRequiredValue(weighting),
            result.GetValue(chooses),
            result.GetRequiredValue(output)));
        return command;
    }

    private static void Run(string path, PretrainedWeights weights, int images, int epochs, int seeds, ClassWeighting weighting, bool chooses, string output)
    {
        using var file = MedMnistFile.Open(path);
        var (train, validation, test) = (file.Read(MedMnistSplit.Train).ToMemory(), file.Read(MedMnistSplit.Validation).ToMemory(), file.Read(MedMnistSplit.Test).ToMemory());
        var table = new StringBuilder();
        table.AppendLine(CultureInfo.InvariantCulture, $"# Calibration on validation, measured on test: {Path.GetFileNameWithoutExtension(path)}, network up to {Cut}, weights {weights}");
        table.AppendLine();
        table.AppendLine(CultureInfo.InvariantCulture, $"{images} training images drawn by seed, {epochs} epochs, class weighting {weighting}; {validation.Count} validation images, which {(chooses ? "chose the epoch by AUROC" : "had no part in training")}, and {test.Count} test images.");
        table.AppendLine("Figures of test come from the saved zip, loaded in a fresh context. ECE: ten bins of equal width. Interval: 95 %, paired bootstrap of the test images.");
        table.AppendLine();
        table.AppendLine("| seed | method | change | validation ECE | test ECE | difference | validation log-loss | test log-loss | zip against model |");
        table.AppendLine("|---|---|---|---|---|---|---|---|---|");
        var points = new StringBuilder();
        for (var seed = 1; seed <= seeds; seed++)
        {
            var context = new MLContext(seed);
            IDataView View(LabelledImages set) => context.Data.LoadFromLabelledImages(set, set.ClassNames[1]);
            var trainer = context.BinaryClassification.Trainers.TransferLearning(context, new TransferLearningBinaryTrainer.Options
            {
                Strategy = TransferStrategy.Truncated(Cut),
                Weights = weights,
                Training = new() { MaxEpochs = epochs, ValidationFraction = 0, ClassWeighting = weighting },
            });
            var chosen = View(ImageSubset.Draw(train, images, seed));
            using var plain = chooses ? trainer.Fit(chosen, View(validation)) : trainer.Fit(chosen);
            foreach (var method in Enum.GetValues<CalibrationMethod>())
            {
                using var model = plain.Calibrate(View(validation), method);
                Add(table, output, Row(context, seed, plain, model, View(test)));
            }

            using var calibrated = plain.Calibrate(View(validation));
            foreach (var rule in new[] { OperatingPoint.AtSensitivity(0.95), OperatingPoint.AtSpecificity(0.9), OperatingPoint.Youden(), OperatingPoint.Cost(5, 1) })
            {
                using var model = calibrated.WithOperatingPoint(View(validation), rule);
                var figures = Figures(context, Reloaded(context, model, View(test)).Transform(View(test)));
                points.AppendLine($"| {seed} | {rule} | {Number(model.OperatingPoint!.ProbabilityThreshold)} | {model.OperatingPoint.Sensitivity.Value:0.000} | {Interval(figures.Sensitivity)} | {model.OperatingPoint.Specificity.Value:0.000} | {Interval(figures.Specificity)} |");
            }
        }

        table.AppendLine();
        table.AppendLine("Thresholds chosen on validation after the temperature, and what they reach on test (95 %, Wilson). Differences beyond the intervals are a test split unlike");
        table.AppendLine("validation, which no threshold and no calibration can know of.");
        table.AppendLine();
        table.AppendLine("| seed | rule | probability | validation sensitivity | test sensitivity | validation specificity | test specificity |");
        table.AppendLine("|---|---|---|---|---|---|---|");
        table.Append(points);
        File.WriteAllText(output, table.ToString());
    }

    private static string Row(MLContext context, int seed, TransferLearningTransformer plain, TransferLearningTransformer model, IDataView test)
    {
        var before = Reloaded(context, plain, test).Transform(test);
        var after = Reloaded(context, model, test).Transform(test);
        var difference = after.GetColumn<float>("Probability").Zip(model.PredictProbabilities(test), (zip, own) => Math.Abs(zip - own[1])).Max();
        var (first, second) = (Figures(context, before), Figures(context, after));
        var comparison = context.BinaryClassification.CompareMedical(
            [("calibrated", after), ("plain", before)],
            options: new() { Metrics = [ClassificationMetric.CalibrationErrorEqualWidth] }).Comparisons[0];
        var report = model.Calibration!;
        var change = report.Temperature is { } temperature ? $"T {Number(temperature)}" : $"{Number(report.Slopes[0])} z {report.Offsets[0]:+0.000;-0.000}";
        return $"| {seed} | {report.Method} | {change} | {Number(report.CalibrationErrorBefore)} to {Number(report.CalibrationErrorAfter)} | {Number(first.CalibrationErrorEqualWidth.Value)} to {Number(second.CalibrationErrorEqualWidth.Value)} "
            + $"| {comparison.Difference} | {Number(report.LogLossBefore)} to {Number(report.LogLossAfter)} | {Number(first.LogLoss.Value)} to {Number(second.LogLoss.Value)} | {difference.ToString("0.0e+0", CultureInfo.InvariantCulture)} |";
    }

    private static MedicalBinaryMetrics Figures(MLContext context, IDataView scored) => context.BinaryClassification.EvaluateMedical(scored, options: new() { Resamples = 0 });

    private static ITransformer Reloaded(MLContext context, TransferLearningTransformer model, IDataView view)
    {
        using var stream = new MemoryStream();
        context.Model.Save(model, view.Schema, stream);
        return new MLContext().Model.Load(stream, out _);
    }

    private static void Add(StringBuilder table, string output, string line)
    {
        Console.WriteLine(line);
        table.AppendLine(line);
        File.WriteAllText(output, table.ToString());
    }

    private static string Number(double? value) => value?.ToString("0.000", CultureInfo.InvariantCulture) ?? "undefined";

    private static string Interval(MetricEstimate estimate) =>
        string.Create(CultureInfo.InvariantCulture, $"{estimate.Value:0.000} [{estimate.Interval?.Lower:0.000}, {estimate.Interval?.Upper:0.000}]");
}
