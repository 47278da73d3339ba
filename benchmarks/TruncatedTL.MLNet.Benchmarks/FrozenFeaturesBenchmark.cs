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
        var epochs = new List<double>();
        var seconds = TimedRepeats.Run(
            turns,
            () => ForwardPass(probe, train, validation),
            () => FineTuner.Fit(probe, train, validation, Normalization, Options(ProbeEpochs)),
            () => TrainTop(layerWise, count, size),
            () => epochs.Add(SecondEpoch(layerWise, train)));

        // The first is the warm-up.
        epochs.RemoveAt(0);
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"# Training above frozen layers: resnet18, {count} training and {count / 4} validation images of {size} x {size}, no augmentation");
        text.AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"Medians of {turns} turns, each action once a turn, and of the ratios within a turn; batches of {BatchSize}; {machine} before the start, {TimedRepeats.Machine()} at the end; random images and weights.");
        text.AppendLine();
        text.AppendLine("| | seconds | ratio |");
        text.AppendLine("|---|---|---|");
        text.AppendLine(CultureInfo.InvariantCulture, $"| one forward pass over training and validation images | {TimedRepeats.Median(seconds[0]):0.00} | 1 |");
        text.AppendLine(CultureInfo.InvariantCulture, $"| linear probe, {ProbeEpochs} epochs with validation | {TimedRepeats.Median(seconds[1]):0.00} | {TimedRepeats.Ratio(seconds[1], seconds[0]):0.00} |");
        text.AppendLine(CultureInfo.InvariantCulture, $"| an epoch of the layers above {From} alone, on maps in memory | {TimedRepeats.Median(seconds[2]):0.00} | 1 |");
        text.AppendLine(CultureInfo.InvariantCulture, $"| an epoch of LayerWise({From}), the second and later, without validation | {TimedRepeats.Median(epochs):0.00} | {TimedRepeats.Ratio(epochs, seconds[2]):0.00} |");
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

    private static double SecondEpoch(TransferNetwork network, TrainingSet train)
    {
        var watch = Stopwatch.StartNew();
        var ends = new List<double>();
        FineTuner.Fit(network, train, null, Normalization, Options(2), new TrainingCallbacks { EpochCompleted = _ => ends.Add(watch.Elapsed.TotalSeconds) });
        return ends[1] - ends[0];
    }
}
