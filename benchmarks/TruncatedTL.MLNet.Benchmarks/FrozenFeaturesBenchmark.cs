using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Native;
using TruncatedTL.MLNet.Networks;
using TruncatedTL.MLNet.Strategies;
using TruncatedTL.MLNet.Training;
using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Benchmarks;

/// <summary>What training costs above frozen layers whose features are kept: against one forward pass, and against what is trained alone.</summary>
internal static class FrozenFeaturesBenchmark
{
    private const int ProbeEpochs = 30;
    private const int BatchSize = 32;
    private const string From = "layer3.1";
    private static readonly PixelNormalization Normalization = new(255, [0.5], [0.25]);

    public static Command Command()
    {
        var images = new Option<int>("--images") { DefaultValueFactory = _ => 1500 };
        var size = new Option<int>("--size") { DefaultValueFactory = _ => 64 };
        var turns = new Option<int>("--turns") { DefaultValueFactory = _ => 5 };
        var output = new Option<string?>("--output");
        var command = new Command("frozen-features", "times training above frozen layers whose features are kept") { images, size, turns, output };
        command.SetAction(result => Run(
            result.GetRequiredValue(images), result.GetRequiredValue(size), result.GetRequiredValue(turns), result.GetValue(output)));
        return command;
    }

    private static void Run(int count, int size, int turns, string? output)
    {
        TorchRuntime.EnsureLoaded();
        var machine = TimedRepeats.Machine();
        var train = RandomImages.Create(count, size, seed: 1);
        var validation = RandomImages.Create(count / 4, size, seed: 2);
        using var probe = Network(TransferStrategy.LinearProbe(), size);
        using var layerWise = Network(TransferStrategy.LayerWise(From), size);
        var epochs = new TimedAction(new double[turns + 1], new double[turns + 1]);
        var turn = 0;
        var seconds = TimedRepeats.Run(
            turns,
            () => ForwardPass(probe, train, validation),
            () => FineTuner.Fit(probe, train, validation, Normalization, Options(ProbeEpochs)),
            () => TrainTop(layerWise, count, size),
            () => (epochs.Wall[turn], epochs.Processor[turn++]) = SecondEpoch(layerWise, train));

        // The first is the warm-up.
        epochs = new TimedAction(epochs.Wall[1..], epochs.Processor[1..]);
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"# Training above frozen layers: resnet18, {count} training and {count / 4} validation images of {size} x {size}, no augmentation");
        text.AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"Medians of {turns} turns, each action once a turn, and of the ratios within a turn; batches of {BatchSize}; {machine} before the start, {TimedRepeats.Machine()} at the end; random images and weights.");
        text.AppendLine();
        text.AppendLine("| | seconds | ratio | processor seconds | ratio |");
        text.AppendLine("|---|---|---|---|---|");
        text.AppendLine(CultureInfo.InvariantCulture, $"| one forward pass over training and validation images | {seconds[0].Cells(seconds[0])} |");
        text.AppendLine(CultureInfo.InvariantCulture, $"| linear probe, {ProbeEpochs} epochs with validation | {seconds[1].Cells(seconds[0])} |");
        text.AppendLine(CultureInfo.InvariantCulture, $"| an epoch of the layers above {From} alone, on maps in memory | {seconds[2].Cells(seconds[2])} |");
        text.AppendLine(CultureInfo.InvariantCulture, $"| the second epoch of LayerWise({From}), without validation | {epochs.Cells(seconds[2])} |");
        Console.Write(text);
        if (output is not null)
        {
            File.WriteAllText(output, text.ToString());
        }
    }

    private static TransferNetwork Network(TransferStrategy strategy, int size) => TransferNetwork.Create(
        new NetworkSpecification(strategy.Resolve(Backbone.Create(BackboneNames.ResNet18)), HeadPooling.Average, outputs: 2, [size, size]), seed: 1, CPU);

    private static TrainingOptions Options(int epochs) => new()
    {
        MaxEpochs = epochs,
        BatchSize = BatchSize,
        Augmentation = null,
        Schedule = LearningRateSchedule.Constant,
        EarlyStopping = new EarlyStoppingOptions { Patience = 0 },
    };

    private static void ForwardPass(TransferNetwork network, TrainingSet train, TrainingSet validation)
    {
        FeatureExtractor.Pooled(network, train.Images, train.Rows, Normalization, BatchSize);
        FeatureExtractor.Pooled(network, validation.Images, validation.Rows, Normalization, BatchSize);
    }

    // The least that an epoch of the upper layers can cost: forward, loss, backward, step.
    private static void TrainTop(TransferNetwork network, int count, int size)
    {
        using var scope = NewDisposeScope();
        var units = network.FrozenUnits;
        var shape = network.Specification.Plan.Backbone.FeatureShapeAt(From, size, size).ToArray();
        var options = Options(1);
        using var optimizer = new NetworkOptimizer(ParameterGroups.Create(network, options), options.Optimizer, options.GradientClipNorm);
        var map = rand([BatchSize, .. shape]);
        var labels = zeros(BatchSize, ScalarType.Int64);
        for (var done = 0; done < count; done += BatchSize)
        {
            using var step = NewDisposeScope();
            var length = Math.Min(BatchSize, count - done);
            var logits = network.Classify(network.FeaturesFrom(map.narrow(0, 0, length), units, training: true));
            nn.functional.cross_entropy(logits, labels.narrow(0, 0, length)).backward();
            optimizer.Step();
        }
    }

    private static (double Wall, double Processor) SecondEpoch(TransferNetwork network, TrainingSet train)
    {
        var watch = Stopwatch.StartNew();
        var ends = new List<(double Wall, double Processor)>();
        var callbacks = new TrainingCallbacks { EpochCompleted = _ => ends.Add((watch.Elapsed.TotalSeconds, Environment.CpuUsage.TotalTime.TotalSeconds)) };
        FineTuner.Fit(network, train, null, Normalization, Options(2), callbacks);
        return (ends[1].Wall - ends[0].Wall, ends[1].Processor - ends[0].Processor);
    }
}
