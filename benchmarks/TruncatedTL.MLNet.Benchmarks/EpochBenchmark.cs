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
using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Benchmarks;

/// <summary>
/// A whole epoch of <c>Fit</c> (store of decoded images, augmentation, metrics) against the bare steps on one batch that lies in memory as a tensor: forward, loss,
/// backward, optimiser. The bare steps run between the epochs of one training, so that other work on the machine meets both alike.
/// </summary>
internal static class EpochBenchmark
{
    public static Command Command()
    {
        var backbone = new Option<string>("--backbone") { DefaultValueFactory = _ => BackboneNames.ResNet18 };
        var images = new Option<int>("--images") { DefaultValueFactory = _ => 512 };
        var size = new Option<int>("--size") { DefaultValueFactory = _ => 64 };
        var batch = new Option<int>("--batch") { DefaultValueFactory = _ => 64 };
        var turns = new Option<int>("--turns") { DefaultValueFactory = _ => 7 };
        var only = new Option<string>("--only") { Description = "augmentations whose name holds this", DefaultValueFactory = _ => string.Empty };
        var output = new Option<string?>("--output");
        var command = new Command("epoch", "times whole epochs of Fit against bare steps on tensors in memory") { backbone, images, size, batch, turns, only, output };
        command.SetAction(result => Run(
            result.GetRequiredValue(backbone),
            result.GetRequiredValue(images),
            result.GetRequiredValue(size),
            result.GetRequiredValue(batch),
            result.GetRequiredValue(turns),
            result.GetRequiredValue(only),
            result.GetValue(output)));
        return command;
    }

    private static void Run(string backbone, int images, int size, int batch, int turns, string only, string? output)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"# An epoch of Fit against bare steps: {backbone}, {images} images of {size} x {size}, batches of {batch}");
        text.AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"Medians of {turns} turns of an epoch and as many bare steps, and of the ratios within a turn; {TimedRepeats.Machine()} before the start; random images and weights.");
        text.AppendLine();
        text.AppendLine("| | seconds | bare steps are | processor seconds | bare steps are |");
        text.AppendLine("|---|---|---|---|---|");
        foreach (var (name, augmentation) in new (string Name, AugmentationOptions? Options)[]
        {
            ("no augmentation", null),
            ("default augmentation", new()),
            ("ForXRay augmentation", AugmentationOptions.ForXRay()),
        }.Where(entry => entry.Name.Contains(only, StringComparison.Ordinal)))
        {
            var (epochs, bare) = Measure(backbone, images, size, batch, turns, augmentation);
            text.AppendLine(CultureInfo.InvariantCulture, $"| epoch, {name} | {Cells(epochs.Wall, bare.Wall)} | {Cells(epochs.Processor, bare.Processor)} |");
        }

        text.AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"At the end: {TimedRepeats.Machine()}.");
        Console.Write(text);
        if (output is not null)
        {
            File.WriteAllText(output, text.ToString());
        }
    }

    private static string Cells(double[] epochs, double[] bare) =>
        string.Create(CultureInfo.InvariantCulture, $"{TimedRepeats.Median(epochs):0.00} | {100 * TimedRepeats.Ratio(bare, epochs):0.0} %");

    private static (TimedAction Epochs, TimedAction Bare) Measure(string backbone, int images, int size, int batch, int turns, AugmentationOptions? augmentation)
    {
        var context = new MLContext(seed: 1);
        var epochs = new TimedAction(new double[turns], new double[turns]);
        var bare = new TimedAction(new double[turns], new double[turns]);
        var training = new TrainingOptions
        {
            MaxEpochs = turns + 1,
            BatchSize = batch,
            Augmentation = augmentation,
            ValidationFraction = 0,
            EarlyStopping = new EarlyStoppingOptions { Patience = 0 },
        };
        using var steps = new BareSteps(backbone, size, batch, training);
        var (watch, start) = (new Stopwatch(), 0.0);
        var options = new TransferLearningBinaryTrainer.Options
        {
            Strategy = TransferStrategy.FromScratch(),
            Backbone = backbone,
            Weights = PretrainedWeights.Random,
            InputSize = [size, size],
            Normalization = new PixelNormalization(255, [0.5], [0.25]),
            Training = training,
            MetricsCallback = metrics =>
            {
                // The first epoch warms up.
                var turn = metrics.Epoch - 2;
                if (turn >= 0)
                {
                    epochs.Wall[turn] = watch.Elapsed.TotalSeconds;
                    epochs.Processor[turn] = Environment.CpuUsage.TotalTime.TotalSeconds - start;
                }

                (start, watch) = (Environment.CpuUsage.TotalTime.TotalSeconds, Stopwatch.StartNew());
                steps.Run(images / batch);
                if (turn >= 0)
                {
                    bare.Wall[turn] = watch.Elapsed.TotalSeconds;
                    bare.Processor[turn] = Environment.CpuUsage.TotalTime.TotalSeconds - start;
                }

                (start, watch) = (Environment.CpuUsage.TotalTime.TotalSeconds, Stopwatch.StartNew());
            },
        };
        using var model = context.BinaryClassification.Trainers.TransferLearning(context, options).Fit(RandomRows.View(context, images / batch * batch, channels: 3, size));
        return (epochs, bare);
    }

    // A network of its own, whose batch is made once.
    private sealed class BareSteps : IDisposable
    {
        private readonly TransferNetwork _network;
        private readonly NetworkOptimizer _optimizer;
        private readonly Tensor _images;
        private readonly Tensor _targets;

        public BareSteps(string backbone, int size, int batch, TrainingOptions options)
        {
            Native.TorchRuntime.EnsureLoaded();
            _network = TransferNetwork.Create(
                new NetworkSpecification(TransferStrategy.FromScratch().Resolve(Backbone.Create(backbone)), HeadPooling.Average, outputs: 1, [size, size]), seed: 1, CPU);
            _optimizer = new NetworkOptimizer(ParameterGroups.Create(_network, options), options.Optimizer, options.GradientClipNorm);
            _images = randn(batch, 3, size, size).DetachFromDisposeScope();
            _targets = rand(batch, 1).DetachFromDisposeScope();
        }

        public void Run(int count)
        {
            for (var i = 0; i < count; i++)
            {
                using var scope = NewDisposeScope();
                nn.functional.binary_cross_entropy_with_logits(_network.Forward(_images, training: true), _targets).backward();
                _optimizer.Step();
            }
        }

        public void Dispose()
        {
            _optimizer.Dispose();
            _network.Dispose();
            _images.Dispose();
            _targets.Dispose();
        }
    }
}
