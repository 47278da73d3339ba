using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Networks;
using TruncatedTL.MLNet.Strategies;
using TruncatedTL.MLNet.Tests.Support;
using TruncatedTL.MLNet.Training;
using Xunit;
using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Tests.Training;

[Collection(TorchCollection.Name)]
public class CheckpointResumeTests
{
    private const int Epochs = 6;

    /// <summary>What may break the exactness of going on: each strategy, pooling, optimiser, schedule, phase and way of drawing images.</summary>
    public static TheoryData<string> Cases =>
    [
        "full", "linear probe", "layer-wise", "transfusion", "truncated", "from scratch",
        "flatten", "average and max",
        "adam", "sgd", "no clipping",
        "cosine with warm-up", "one cycle", "constant", "plateau that falls",
        "probe, stopped within", "probe, stopped at its end", "probe, stopped after",
        "mixup", "all augmentation", "balanced sampling", "focal, smoothed, decayed", "weighted examples", "multi-label", "one output", "without validation",
        "bfloat16", "bfloat16 after a probe", "bfloat16 above frozen units",
    ];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Going_on_gives_the_same_bits_as_never_stopping(string name)
    {
        using var folder = new TemporaryFolder();
        var stops = name switch
        {
            "probe, stopped within" => new[] { 1 },
            "probe, stopped at its end" => [2],
            "probe, stopped after" => [3],
            _ when IsWhole(name) => [3],
            _ => [2, 4],
        };
        var straight = Run(name, null);
        CheckpointPlan Plan(int? stop) => new() { Path = folder.PathOf("a.checkpoint"), StopAfterEpoch = stop };

        foreach (var stop in stops)
        {
            var (part, _, _) = Run(name, Plan(stop));
            Assert.Equal(StopReason.Paused, part.StopReason);
            Assert.Equal(stop, part.History.Count);
        }

        var (result, weights, best) = Run(name, Plan(null));

        Assert.Equal(Timeless(straight.Result), Timeless(result));
        Assert.Equal(straight.Result.StopReason, result.StopReason);
        Assert.Equal(straight.Result.Explanation, result.Explanation);
        Assert.Equal(straight.Result.ImagesSeen, result.ImagesSeen);
        Assert.Equal(straight.Weights, weights);
        Assert.Equal(straight.Last, best);
    }

    /// <summary>Trains a new network on new data; the last weights are those after the last epoch, before the best were restored.</summary>
    private static (TrainingResult Result, Dictionary<string, byte[]> Weights, Dictionary<string, byte[]> Last) Run(string name, CheckpointPlan? plan)
    {
        var options = TrainingSamples.Options(Epochs);
        options.BatchSize = 8;
        options.EarlyStopping = new EarlyStoppingOptions { Metric = ValidationMetric.Loss, Patience = 0 };
        var change = Changes.GetValueOrDefault(name);
        change?.Invoke(options);
        // Eight images are one step an epoch: enough to tell moments that are kept from moments that are not, and fast for a whole network.
        var count = IsWhole(name) ? 8 : 18;
        var train = TrainingSamples.Stripes(count);
        var validation = name == "without validation" ? null : TrainingSamples.Stripes(10, seed: 2);
        if (name == "multi-label")
        {
            var random = new Random(3);
            train = TrainingSet.MultiLabel(train.Images, [.. train.Labels.ToArray().SelectMany(label => new[] { label, random.Next(-1, 2) })], ["a", "b"]);
            validation = TrainingSet.MultiLabel(validation!.Images, [.. validation.Labels.ToArray().SelectMany(label => new[] { label, 1 - label })], ["a", "b"]);
        }
        else if (name == "weighted examples")
        {
            train = new TrainingSet(train.Images, train.Labels.ToArray(), train.ClassNames, [.. Enumerable.Range(0, count).Select(i => 0.5f + i % 3)]);
        }

        using var network = Network(name);
        Dictionary<string, byte[]> last = [];
        var callbacks = new TrainingCallbacks { Checkpoint = plan, EpochCompleted = _ => last = TrainingSamples.Bytes(network) };
        var result = FineTuner.Fit(network, train, validation, TrainingSamples.Normalization, options, callbacks);
        return (result, TrainingSamples.Bytes(network), last);
    }

    private static bool IsWhole(string name) => name is "bfloat16 above frozen units" or "full" or "layer-wise" or "transfusion";

    private static TransferNetwork Network(string name)
    {
        TransferStrategy strategy = name switch
        {
            "full" => TransferStrategy.Full(),
            "linear probe" => TransferStrategy.LinearProbe("layer1.0"),
            "bfloat16 above frozen units" => TransferStrategy.LayerWise("layer1.0"),
            "layer-wise" => TransferStrategy.LayerWise("layer1.0"),
            "transfusion" => TransferStrategy.TransFusion("layer1.0", slim: 2),
            "truncated" => TransferStrategy.Truncated("layer1.0"),
            _ => TransferStrategy.FromScratch("layer1.0"),
        };
        var pooling = name switch
        {
            "flatten" => HeadPooling.Flatten,
            "average and max" => HeadPooling.AverageAndMax,
            _ => HeadPooling.Average,
        };

        // A narrow network where all of it is trained: its last stages would take most of the time.
        var backbone = IsWhole(name) ? BackboneNames.ResNet18Narrow : BackboneNames.ResNet18;
        return TransferNetwork.Create(
            new NetworkSpecification(strategy.Resolve(Backbone.Create(backbone, inputChannels: 1)), pooling, name == "one output" ? 1 : 2, [TrainingSamples.Side, TrainingSamples.Side]), seed: 1, CPU);
    }

    private static readonly Dictionary<string, Action<TrainingOptions>> Changes = new()
    {
        ["adam"] = options => options.Optimizer = OptimizerKind.Adam,
        ["sgd"] = options => options.Optimizer = OptimizerKind.Sgd,
        ["no clipping"] = options => options.GradientClipNorm = null,
        ["cosine with warm-up"] = options => (options.Schedule, options.WarmUpEpochs) = (LearningRateSchedule.Cosine, 2.5),
        ["one cycle"] = options => options.Schedule = LearningRateSchedule.OneCycle,
        ["constant"] = options => options.Schedule = LearningRateSchedule.Constant,
        ["plateau that falls"] = options => (options.PlateauPatience, options.LearningRate) = (0, 0.05),
        ["probe, stopped within"] = options => options.ProbeEpochs = 2,
        ["probe, stopped at its end"] = options => options.ProbeEpochs = 2,
        ["probe, stopped after"] = options => options.ProbeEpochs = 2,
        ["mixup"] = options => options.Augmentation = new AugmentationOptions { MixupAlpha = 0.4 },
        ["all augmentation"] = options => options.Augmentation = new AugmentationOptions { ElasticMagnitude = 0.02, GaussianNoise = 0.1, SpeckleNoise = 0.1, BlurSigma = 1, GammaMaximum = 1.2 },
        ["bfloat16"] = options => options.NumberFormat = NumberFormat.BFloat16,
        ["bfloat16 after a probe"] = options => (options.NumberFormat, options.ProbeEpochs) = (NumberFormat.BFloat16, 2),
        ["bfloat16 above frozen units"] = options => (options.NumberFormat, options.Augmentation) = (NumberFormat.BFloat16, new AugmentationOptions()),
        ["balanced sampling"] = options => options.BalancedSampling = true,
        ["focal, smoothed, decayed"] = options => (options.Loss, options.LabelSmoothing, options.LayerDecay, options.HeadLearningRateFactor) = (LossFunction.Focal, 0.1, 0.8, 3),
        ["multi-label"] = options => options.EarlyStopping.Metric = ValidationMetric.Loss,
    };

    internal static EpochMetrics[] Timeless(TrainingResult result) =>
        [.. result.History.Select(epoch => epoch with { ElapsedSeconds = 0, ImagesPerSecond = 0 })];
}
