using Microsoft.ML;
using TorchSharp;
using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Evaluation;
using TruncatedTL.MLNet.Experiments;
using TruncatedTL.MLNet.Networks;
using TruncatedTL.MLNet.Strategies;
using TruncatedTL.MLNet.Tests.Experiments;
using TruncatedTL.MLNet.Tests.Support;
using TruncatedTL.MLNet.Training;
using Xunit;
using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Tests.Training;

[Collection(TorchCollection.Name)]
public class NumberFormatTests
{
    public static TheoryData<string, HeadPooling, int, OptimizerKind> Trainings => new()
    {
        { "FromScratch(layer1.0)", HeadPooling.Average, 2, OptimizerKind.AdamW },
        { "FromScratch(layer1.0)", HeadPooling.Flatten, 1, OptimizerKind.Adam },
        { "Truncated(layer1.1)", HeadPooling.AverageAndMax, 2, OptimizerKind.Sgd },
        { "LayerWise(layer1.0)", HeadPooling.Average, 1, OptimizerKind.AdamW },
        { "TransFusion(layer1.0, slim=2)", HeadPooling.Average, 2, OptimizerKind.Adam },
        { "LinearProbe(layer1.1)", HeadPooling.AverageAndMax, 2, OptimizerKind.AdamW },
        { "Full", HeadPooling.Average, 2, OptimizerKind.Sgd },
    };

    [Theory]
    [MemberData(nameof(Trainings))]
    public void Every_strategy_head_and_optimiser_learns_in_bfloat16_what_it_learns_in_float32(string strategy, HeadPooling pooling, int outputs, OptimizerKind optimizer)
    {
        var single = Train(NumberFormat.Float32);
        var half = Train(NumberFormat.BFloat16);

        Assert.Equal(NumberFormat.Float32, single.Result.NumberFormat);
        Assert.Equal(NumberFormat.BFloat16, half.Result.NumberFormat);
        Assert.True(half.Result.History[^1].TrainLoss < half.Result.History[0].TrainLoss, half.Result.ToString());
        // Three steps from random weights: the formats part early where batch normalisation sees few values.
        Assert.Equal(single.Result.History[0].TrainLoss, half.Result.History[0].TrainLoss, 0.2);
        Assert.Equal(single.Result.BestMetric, half.Result.BestMetric, 0.15);

        // It did compute in other numbers, and changed nothing that is frozen.
        Assert.NotEqual(single.Result.History[0].TrainLoss, half.Result.History[0].TrainLoss);
        Assert.All(half.Frozen, name => Assert.Equal(half.Before[name], half.After[name]));
        Assert.Contains(half.After, pair => !pair.Value.SequenceEqual(half.Before[pair.Key]));

        (TrainingResult Result, Dictionary<string, byte[]> Before, Dictionary<string, byte[]> After, string[] Frozen) Train(NumberFormat format)
        {
            using var network = Network(BackboneNames.ResNet18Narrow, strategy, pooling, outputs);
            var options = TrainingSamples.Options(epochs: 4);
            options.Optimizer = optimizer;
            options.NumberFormat = format;
            options.EarlyStopping.Patience = 0;
            var before = TrainingSamples.Bytes(network);
            var result = Fit(network, options);
            var changing = TrainingMemory.ChangingNames(network.Specification).ToHashSet();
            return (result, before, TrainingSamples.Bytes(network), [.. network.State.Keys.Where(name => !changing.Contains(name))]);
        }
    }

    /// <summary>A network of every family, with all kinds of layers; the cut keeps it small.</summary>
    public static TheoryData<string, string> Families => new()
    {
        { BackboneNames.ResNet18Narrow, "FromScratch(layer2.1)" },
        { BackboneNames.ResNet50, "FromScratch(layer1.0)" },
        { BackboneNames.DenseNet121, "FromScratch(denseblock2.denselayer1)" },
        { BackboneNames.MobileNetV2, "FromScratch(features.4)" },
        { BackboneNames.EfficientNetB0, "FromScratch(features.4)" },
        { BackboneNames.ResNet10VolumeNarrow, "FromScratch(layer2.0)" },
        { BackboneNames.ResNet18Volume, "FromScratch(layer2.0)" },
        { BackboneNames.R3D18, "FromScratch(layer1.0)" },
        { BackboneNames.DenseNet121Volume, "FromScratch(denseblock1.denselayer1)" },
    };

    [Theory]
    [MemberData(nameof(Families))]
    public void Gradients_of_images_and_volumes_are_float32_and_near_those_of_float32(string backbone, string strategy)
    {
        using var outer = NewDisposeScope();
        using var network = Network(backbone, strategy, HeadPooling.Average, outputs: 2);
        var images = randn([4, 1, .. network.Specification.InputSpatial.Select(length => (long)length)], generator: new Generator(1));
        var targets = tensor(new long[] { 0, 1, 1, 0 });
        var expected = Gradient(ScalarType.Float32);
        var actual = Gradient(ScalarType.BFloat16);
        network.TrainingType = ScalarType.BFloat16;
        using var inference = network.Forward(images, training: false);

        Assert.Equal(ScalarType.Float32, actual.dtype);
        var cosine = (expected * actual).sum().item<float>() / (expected.norm().item<float>() * actual.norm().item<float>());
        // The same after the input alone was rounded in float32: 0.974 to 1.
        Assert.InRange(cosine, 0.96f, 0.999999f);
        Assert.InRange(actual.norm().item<float>() / expected.norm().item<float>(), 0.95f, 1.05f);
        Assert.Equal(ScalarType.Float32, inference.dtype);

        Tensor Gradient(ScalarType type)
        {
            network.TrainingType = type;
            using var logits = network.Forward(images, training: true);
            Assert.Equal(ScalarType.Float32, logits.dtype);
            nn.functional.cross_entropy(logits, targets).backward();
            var parameters = network.TrainableByUnit().SelectMany(unit => unit.Select(entry => entry.Parameter)).ToArray();
            var all = cat(parameters.Select(parameter => parameter.grad!.flatten()).ToArray());
            foreach (var parameter in parameters)
            {
                parameter.grad!.zero_();
            }

            return all;
        }
    }

    [Theory]
    [InlineData(32, 1, 2, 2)]
    [InlineData(32, 2, 2, 1)]
    [InlineData(32, 1, 3, 2)]
    [InlineData(32, 2, 3, 1)]
    [InlineData(32, 3, 3, 1)]
    public void Gradients_on_the_smallest_maps_are_those_of_float32(int channels, int length, int rank, int stride)
    {
        using var scope = NewDisposeScope();
        int[] Lengths(int value) => [.. Enumerable.Repeat(value, rank)];
        var layer = new Convolution("conv", channels, 64, Lengths(3), Lengths(stride), Lengths(1));
        long[] shape = [2, channels, .. Lengths(length).Select(value => (long)value)];
        var input = MemoryLayout.ChannelsLast(randn(shape, generator: new Generator(1))).to(ScalarType.BFloat16).to(ScalarType.Float32);
        var weight = MemoryLayout.ChannelsLast(randn([64, channels, .. Lengths(3).Select(value => (long)value)], generator: new Generator(2))).to(ScalarType.BFloat16).to(ScalarType.Float32).detach().requires_grad_(true);
        var runner = new LayerRunner(new Dictionary<string, Tensor> { ["conv.weight"] = weight });
        var expected = Gradient(ScalarType.Float32);

        // Memory that nothing writes would hold these numbers.
        for (var i = 0; i < 8; i++)
        {
            full([weight.numel()], 1e20f).to(ScalarType.BFloat16).Dispose();
        }

        Assert.InRange((Gradient(ScalarType.BFloat16) - expected).norm().item<float>() / expected.norm().item<float>(), 0, 0.01f);

        Tensor Gradient(ScalarType type)
        {
            var output = runner.Apply(layer, input.to(type), updateStatistics: true);
            Assert.Equal(type, output.dtype);
            output.backward([ones_like(output)]);
            var gradient = weight.grad!.clone();
            weight.grad!.zero_();
            return gradient;
        }
    }

    [Theory]
    [InlineData(BackboneNames.ResNet10VolumeNarrow)]
    [InlineData(BackboneNames.ResNet18Narrow)]
    [InlineData(BackboneNames.EfficientNetB0)]
    public void Whole_networks_whose_last_maps_are_points_have_finite_gradients(string backbone)
    {
        using var network = Network(backbone, "FromScratch", HeadPooling.Average, outputs: 2);
        var options = TrainingSamples.Options(epochs: 1);
        options.NumberFormat = NumberFormat.BFloat16;
        options.BatchSize = 4;
        var images = new ImageStore([1, .. network.Specification.InputSpatial]);
        var random = new Random(1);
        for (var i = 0; i < 8; i++)
        {
            images.Append([.. Enumerable.Range(0, network.Specification.InputSpatial.Aggregate(1, (product, length) => product * length)).Select(_ => (float)random.Next(256))]);
        }

        var result = FineTuner.Fit(network, new TrainingSet(images, [0, 1, 0, 1, 0, 1, 0, 1], ["a", "b"]), null, TrainingSamples.Normalization, options);

        Assert.Equal(NumberFormat.BFloat16, result.NumberFormat);
    }

    [Fact]
    public void Steps_that_bfloat16_cannot_represent_add_up_in_the_weights()
    {
        using var network = TrainingSamples.SmallNetwork();
        var options = TrainingSamples.Options(epochs: 1, learningRate: 1e-6);
        options.MinimumLearningRate = 0;
        options.WeightDecay = 0;
        options.NumberFormat = NumberFormat.BFloat16;
        var before = TrainingSamples.Bytes(network);

        Fit(network, options);
        var after = TrainingSamples.Bytes(network);

        // Three steps of Adam of at most 1e-6 each, on weights of which most are around 0.05, where neighbours in bfloat16 are 2e-4 apart.
        Assert.InRange(TrainingSamples.LargestChange(before["layer1.0.conv1.weight"], after["layer1.0.conv1.weight"]), 5e-7f, 4e-6f);
    }

    [Fact]
    public void Validation_scores_are_those_of_the_float32_network()
    {
        using var network = TrainingSamples.SmallNetwork();
        var options = TrainingSamples.Options(epochs: 2);
        options.NumberFormat = NumberFormat.BFloat16;
        var validation = TrainingSamples.Stripes(20, seed: 2);
        options.EarlyStopping = new EarlyStoppingOptions { Metric = ValidationMetric.Loss, Patience = 0 };
        var byEpoch = new Dictionary<int, float[]>();
        var result = FineTuner.Fit(
            network, TrainingSamples.Stripes(40), validation, TrainingSamples.Normalization, options, new TrainingCallbacks { ValidationScored = (epoch, logits) => byEpoch[epoch] = logits });
        var scores = Scorer.Logits(network, validation.Images, TrainingSamples.Normalization, options.BatchSize);

        Assert.Equal(byEpoch[result.BestEpoch], scores);
        Assert.Equal(result.BestMetric, LogitMetrics.CrossEntropy(scores, 2, validation.Labels)!.Value, 5);
        Assert.Equal(ScalarType.Float32, network.TrainingType);
    }

    [Fact]
    public void A_loss_that_is_not_finite_in_bfloat16_leads_to_float32_without_a_retry()
    {
        // What is spoilt in the first epoch is begun anew: the result is that of a training in float32 from its beginning.
        var log = new List<string>();
        var expected = FitSmall(NumberFormat.Float32);
        var actual = FitSmall(NumberFormat.BFloat16, spoiledEpoch: 1, log: log.Add);

        Assert.Equal(NumberFormat.Float32, actual.Result.NumberFormat);
        Assert.All(actual.Result.History, epoch => Assert.Equal(0, epoch.Retries));
        Assert.Equal(expected.Weights, actual.Weights);
        Assert.Contains("in bfloat16 in epoch 1; from there on training computed in float32", actual.Result.Explanation, StringComparison.Ordinal);
        Assert.Contains(log, line => line.Contains("epoch 1 in bfloat16", StringComparison.Ordinal));
    }

    [Fact]
    public void Without_retries_there_is_float32_to_fall_back_to_still()
    {
        var actual = FitSmall(NumberFormat.BFloat16, spoiledEpoch: 2, change: options => options.DivergenceRetries = 0);

        Assert.Equal(StopReason.MaxEpochs, actual.Result.StopReason);
        Assert.Equal(NumberFormat.Float32, actual.Result.NumberFormat);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Going_on_is_exact_before_and_after_the_fallback(int stop)
    {
        using var folder = new TemporaryFolder();
        var path = folder.PathOf("a.checkpoint");
        var straight = FitSmall(NumberFormat.BFloat16, spoiledEpoch: 2);

        FitSmall(NumberFormat.BFloat16, spoiledEpoch: 2, plan: new CheckpointPlan { Path = path, StopAfterEpoch = stop });
        var resumed = FitSmall(NumberFormat.BFloat16, spoiledEpoch: 2, plan: new CheckpointPlan { Path = path });

        Assert.Equal(straight.Weights, resumed.Weights);
        Assert.Equal(straight.Result.Explanation, resumed.Result.Explanation);
        Assert.Equal(NumberFormat.Float32, resumed.Result.NumberFormat);
    }

    [Fact]
    public void The_measurement_of_auto_leaves_no_trace()
    {
        var log = new List<string>();

        var chosen = FitSmall(NumberFormat.Auto, log: log.Add);
        var fixedFormat = FitSmall(chosen.Result.NumberFormat);

        Assert.NotEqual(NumberFormat.Auto, chosen.Result.NumberFormat);
        Assert.Equal(fixedFormat.Weights, chosen.Weights);
        Assert.Equal(CheckpointResumeTests.Timeless(fixedFormat.Result), CheckpointResumeTests.Timeless(chosen.Result));
        Assert.Contains($"computes in {(chosen.Result.NumberFormat == NumberFormat.BFloat16 ? "bfloat16" : "float32")}", Assert.Single(log), StringComparison.Ordinal);
    }

    [Fact]
    public void Timing_leaves_the_type_as_it_was_and_measures_every_type_in_every_turn()
    {
        using var network = TrainingSamples.SmallNetwork();
        var options = TrainingSamples.Options(epochs: 1);
        var set = TrainingSamples.Stripes(20);
        var pass = new TrainingPass(network, set, TrainingSamples.Normalization, options, new TargetEncoder([1, 1], 0), new ClassificationLoss(LossFunction.CrossEntropy, 0), prefix: null);

        var seconds = pass.Time([ScalarType.Float32, ScalarType.BFloat16], turns: 3, default);

        Assert.Equal(3, seconds.Length);
        Assert.All(seconds, turn => Assert.Equal(2, turn.Count(value => value > 0)));
        Assert.Equal(ScalarType.Float32, network.TrainingType);
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.Throws<OperationCanceledException>(() => pass.Time([ScalarType.Float32], 1, cancelled.Token));
    }

    [Fact]
    public void A_checkpoint_of_auto_goes_on_in_the_format_that_was_chosen()
    {
        using var folder = new TemporaryFolder();
        var path = folder.PathOf("a.checkpoint");
        FitSmall(NumberFormat.Auto, plan: new CheckpointPlan { Path = path, StopAfterEpoch = 1 });
        var checkpoint = CheckpointFile.Read(path)!;
        var log = new List<string>();

        // As if the other format had been measured as the faster one.
        var other = checkpoint.Progress.NumberFormat == NumberFormat.BFloat16 ? NumberFormat.Float32 : NumberFormat.BFloat16;
        using (var network = TrainingSamples.SmallNetwork())
        {
            var memory = new TrainingMemory(network);
            memory.Load(checkpoint);
            CheckpointFile.Write(path, checkpoint.Fingerprint, checkpoint.Progress with { NumberFormat = other }, memory);
        }

        var resumed = FitSmall(NumberFormat.Auto, plan: new CheckpointPlan { Path = path }, log: log.Add);

        Assert.Equal(other, resumed.Result.NumberFormat);
        Assert.Empty(log);
    }

    [Fact]
    public void A_checkpoint_of_another_format_is_that_of_another_training()
    {
        using var folder = new TemporaryFolder();
        var path = folder.PathOf("a.checkpoint");
        FitSmall(NumberFormat.BFloat16, plan: new CheckpointPlan { Path = path, StopAfterEpoch = 1 });

        var error = Assert.Throws<CheckpointException>(() => FitSmall(NumberFormat.Float32, plan: new CheckpointPlan { Path = path }));

        Assert.Contains("NumberFormat", Assert.Single(error.Differences), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(NumberFormat.BFloat16)]
    [InlineData(NumberFormat.Auto)]
    public void No_tensor_is_left_behind(NumberFormat format)
    {
        var train = TrainingSamples.Stripes(21);
        var validation = TrainingSamples.Stripes(10, seed: 2);
        using var network = TrainingSamples.Network(TransferStrategy.LayerWise("layer1.0"));
        var options = TrainingSamples.Options(epochs: 2);
        options.ProbeEpochs = 1;
        options.NumberFormat = format;
        options.BatchSize = 8;
        Run();
        var before = DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;

        Run();

        Assert.Equal(before, DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount);
        Assert.All(network.State.Values, tensor => Assert.Null(tensor.grad));

        void Run() => FineTuner.Fit(network, train, validation, TrainingSamples.Normalization, options);
    }

    [Theory]
    [InlineData(1.19, NumberFormat.Float32)]
    [InlineData(1.2, NumberFormat.BFloat16)]
    [InlineData(3, NumberFormat.BFloat16)]
    [InlineData(double.NaN, NumberFormat.Float32)]
    public void A_gain_of_a_fifth_is_needed(double gain, NumberFormat expected) => Assert.Equal(expected, NumberFormatChoice.FasterOf(gain));

    [Theory]
    [InlineData("Features\t: fp asimd i8mm bf16 dgh", true)]
    [InlineData("Features\t: fp asimd svebf16", false)]
    [InlineData("model name\t: bf16", false)]
    public void The_extension_of_arm_is_read_from_its_line(string line, bool expected) => Assert.Equal(expected, BFloat16Support.HasArmFeature(["processor\t: 0", line]));

    [Fact]
    public void Support_agrees_with_what_linux_says()
    {
        const string processors = "/proc/cpuinfo";
        if (OperatingSystem.IsLinux())
        {
            var words = File.ReadAllText(processors).Split([' ', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal(words.Contains("avx512_bf16") || words.Contains("bf16"), BFloat16Support.IsNative(CPU));
        }
    }

    [Fact]
    public void An_experiment_measures_once_and_its_plan_says_what_was_chosen()
    {
        var context = new MLContext(seed: 1);
        var (train, validation, _) = Samples.Rows(context);
        using var temporary = new TemporaryFolder();
        var folder = new ExperimentFolder(temporary.PathOf("experiment"));
        var experiment = Samples.Experiment(context, folder.FullPath, settings => settings.Trainer.Training.NumberFormat = NumberFormat.Auto);

        experiment.Prepare(train, validation);
        var chosen = folder.ReadPlan()!.Training.NumberFormat;
        Assert.NotEqual(NumberFormat.Auto, chosen);

        // Another measurement may come out differently; the plan holds.
        var other = chosen == NumberFormat.Float32 ? NumberFormat.BFloat16 : NumberFormat.Float32;
        File.WriteAllText(folder.PlanPath, File.ReadAllText(folder.PlanPath).Replace($"\"NumberFormat\": \"{chosen}\"", $"\"NumberFormat\": \"{other}\"", StringComparison.Ordinal));
        using var result = experiment.Execute(train, validation);
        Assert.Equal(other, folder.ReadPlan()!.Training.NumberFormat);
        var checkpoints = Directory.GetFiles(folder.FullPath, "checkpoint.safetensors", SearchOption.AllDirectories);
        Assert.NotEmpty(checkpoints);
        Assert.All(checkpoints, path => Assert.Contains($"NumberFormat\\\":\\\"{other}", System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(path)), StringComparison.Ordinal));
    }

    private static TransferNetwork Network(string backbone, string strategy, HeadPooling pooling, int outputs)
    {
        var definition = Backbone.Create(backbone, inputChannels: 1);
        int[] spatial = definition.SpatialRank == 3 ? [16, 16, 16] : [TrainingSamples.Side, TrainingSamples.Side];
        return TransferNetwork.Create(new NetworkSpecification(TransferStrategy.Parse(strategy).Resolve(definition), pooling, outputs, spatial), seed: 1, CPU);
    }

    private static TrainingResult Fit(TransferNetwork network, TrainingOptions options) =>
        FineTuner.Fit(network, TrainingSamples.Stripes(48), TrainingSamples.Stripes(30, seed: 2), TrainingSamples.Normalization, options);

    // spoiledEpoch: the epoch in which every attempt in bfloat16 gets a weight that is not a number.
    private static (TrainingResult Result, Dictionary<string, byte[]> Weights) FitSmall(
        NumberFormat format, int? spoiledEpoch = null, CheckpointPlan? plan = null, Action<string>? log = null, Action<TrainingOptions>? change = null)
    {
        using var network = TrainingSamples.SmallNetwork();
        var options = TrainingSamples.Options(epochs: 3);
        options.NumberFormat = format;
        change?.Invoke(options);
        var spoiler = new Spoiler(progress =>
        {
            if (progress.Epoch == spoiledEpoch && network.TrainingType == ScalarType.BFloat16)
            {
                using var gradients = no_grad();
                network.State["layer1.0.conv1.weight"].fill_(float.NaN);
            }
        });
        var callbacks = new TrainingCallbacks { Checkpoint = plan, Log = log, Batches = spoiler };
        var result = FineTuner.Fit(network, TrainingSamples.Stripes(32), TrainingSamples.Stripes(16, seed: 2), TrainingSamples.Normalization, options, callbacks);
        return (result, TrainingSamples.Bytes(network));
    }

    private sealed class Spoiler(Action<BatchProgress> spoil) : IProgress<BatchProgress>
    {
        public void Report(BatchProgress value) => spoil(value);
    }
}
