using Microsoft.ML;
using Microsoft.ML.Runtime;
using TorchSharp;
using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Ingestion;
using TruncatedTL.MLNet.Native;
using TruncatedTL.MLNet.Networks;
using TruncatedTL.MLNet.Preparation;
using TruncatedTL.MLNet.Splitting;
using TruncatedTL.MLNet.Training;
using TruncatedTL.MLNet.Weights;

namespace TruncatedTL.MLNet;

/// <summary>What transfer and pretraining have in common: rows to tensors, weights into the network, training.</summary>
/// <param name="context">The context that logs and says on which device.</param>
/// <param name="options">The options; they have been validated.</param>
/// <param name="labels">Reads the label column.</param>
/// <param name="countOutputs">Length of the logits for a number of classes.</param>
/// <param name="contextSeed">The seed where the options have none: every fit of an estimator starts alike.</param>
/// <param name="channel">Takes the log.</param>
internal sealed class NetworkTrainer(
    MLContext context,
    NetworkTrainingOptions options,
    LabelReader labels,
    Func<int, int> countOutputs,
    int contextSeed,
    IChannel channel)
{
    private const string DecodedColumnName = "TruncatedTL.Decoded";

    /// <summary>Trains.</summary>
    /// <param name="training">The rows to train on.</param>
    /// <param name="validation">The rows to compare epochs on; null sets some of the training rows aside.</param>
    public TrainedNetwork Train(IDataView training, IDataView? validation)
    {
        var classNames = labels.ClassNames(training.Schema[options.LabelColumnName]);
        var preparation = CommonPreparation(training, validation);
        var backbone = options.CreateBackbone();
        var strategy = options.PlannedStrategy;
        var source = OpenWeights(strategy.NeedsPretrainedWeights);
        var card = source is null ? new WeightsCard() : WeightsCard.FromMetadata(source.Metadata);
        var input = ImageInput.From(training.Schema, options.ImageColumnName, InputSize(card, backbone), backbone.SpatialRank, backbone.DefaultInputSize);
        var plan = strategy.Resolve(backbone.WithInputChannels(input.Channels));
        var specification = new NetworkSpecification(plan, options.Head, countOutputs(classNames.Count), input.NetworkSpatial);

        var trainingOptions = options.Training.Clone();
        var seed = trainingOptions.Seed ?? contextSeed;
        trainingOptions.Seed = seed;

        // A leak, or a column that cannot be read, shows before an image is decoded.
        var groups = options.GroupColumnName is { } name ? ColumnText.ReadAll(training, "group", name) : null;
        if (groups is not null && validation is not null)
        {
            LeakCheck.RequireNoSharedGroups(("training", groups), ("validation", ColumnText.ReadAll(validation, "group", options.GroupColumnName!)));
        }

        TorchRuntime.EnsureLoaded();
        Log(channel, TorchRuntime.Description);
        var (trainingSet, validationSet) = ReadRows(training, validation, groups, input, seed);
        Log(channel, $"{trainingSet.Count} training and {validationSet?.Count ?? 0} validation images of {input.Channels} x {string.Join(" x ", input.NetworkSpatial)}, {classNames.Count} {(labels.IsMultiLabel ? "findings" : "classes")}: {Shortened(classNames)}");

        if (preparation is not null)
        {
            Log(channel, $"The images come from files, prepared as: {preparation}");
        }

        var normalization = options.Normalization ?? NormalizationRule.For(trainingSet.Images, input.IsByte, Constants(card));
        Log(channel, $"Normalisation: {normalization}");
        var network = TransferNetwork.Create(specification, seed, ChooseDevice());
        try
        {
            var report = strategy.NeedsPretrainedWeights ? LoadPretrained(network, source!, card) : null;
            Log(channel, $"{strategy} of {backbone.Name}: {specification.ParameterCount:N0} parameters, {specification.MacCount / 1e6:N1}M multiply-accumulates an image");
            if (report is not null)
            {
                Log(channel, $"Weights '{options.Weights}': {report}");
            }

            var result = FineTuner.Fit(network, trainingSet, validationSet, normalization, trainingOptions, Callbacks());
            Log(channel, result.ToString());
            return new TrainedNetwork
            {
                Network = network,
                Input = input,
                Preparation = preparation,
                Normalization = normalization,
                ClassNames = classNames,
                TrainingSet = trainingSet,
                ValidationSet = validationSet,
                WeightsReport = report,
                Result = result,
            };
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    /// <summary>Writes a line to the log.</summary>
    public static void Log(IChannel channel, string message) => channel.Info(MessageSensitivity.None, message);

    // Null where the images do not come from files. What the columns do not say cannot be compared.
    private ImagePreparation? CommonPreparation(IDataView training, IDataView? validation)
    {
        var preparation = PreparationAnnotation.Read(training.Schema[options.ImageColumnName]);
        var other = validation is null ? null : PreparationAnnotation.Read(validation.Schema[options.ImageColumnName]);
        return preparation is null || other is null || preparation.Equals(other)
            ? preparation
            : throw new TrainingDataException($"The validation images were prepared in another way than the training images ({other}; {preparation}). Load both with the same preparation.");
    }

    // A control from scratch looks at its images as the strategies do that it is compared with, if the weights say how.
    private WeightsFile? OpenWeights(bool areNeeded)
    {
        if (areNeeded)
        {
            return options.Weights.Open(options.BackboneName);
        }

        var areBundledForAnother = options.Weights == PretrainedWeights.Bundled && !BundledWeights.BackboneNames.Contains(options.BackboneName);
        return options.Weights.IsPretrained && !areBundledForAnother ? options.Weights.Open(options.BackboneName) : null;
    }

    private IReadOnlyList<int>? InputSize(WeightsCard card, Backbone backbone) =>
        options.InputSize ?? (card.InputSize?.Count == backbone.SpatialRank ? card.InputSize : null);

    private static PixelNormalization Constants(WeightsCard card)
    {
        if (card is not { Mean: { } mean, StandardDeviation: { } deviation })
        {
            return PixelNormalization.ImageNet;
        }

        // The network's images are in the order red, green, blue, whatever the weights were trained with.
        return card.ChannelOrder == ChannelOrder.Bgr
            ? new PixelNormalization(card.PixelScale, [.. mean.Reverse()], [.. deviation.Reverse()])
            : new PixelNormalization(card.PixelScale, mean, deviation);
    }

    private TrainingCallbacks Callbacks() => new()
    {
        EpochCompleted = metrics =>
        {
            Log(channel, metrics.ToString());
            options.MetricsCallback?.Invoke(metrics);
        },
        Log = message => Log(channel, message),
        Epochs = options.Progress,
        Cancellation = options.CancellationToken,
    };

    private (TrainingSet Training, TrainingSet? Validation) ReadRows(IDataView training, IDataView? validation, string?[]? groups, ImageInput input, int seed)
    {
        using var decoder = PixelDecoder.Create(context, training, input, DecodedColumnName);
        TrainingSet Read(IDataView view) => TrainingRows.Read(
            view,
            decoder.Transformer,
            input,
            decoder.PixelColumnName,
            labels,
            options.LabelColumnName,
            options.ExampleWeightColumnName,
            options.CancellationToken);

        var all = Read(training);
        if (validation is not null)
        {
            var validationSet = Read(validation);
            all.RequireTwoClasses();
            return (all, validationSet);
        }

        all.RequireTwoClasses();
        var fraction = options.Training.ValidationFraction;
        if (fraction == 0)
        {
            return (all, null);
        }

        // A class of a single patient stays in training; refusing to train because validation lacks it would help nobody.
        var splitOptions = new SplitOptions { MissingClasses = MissingClasses.Report };
        var partition = StratifiedGroups.Split(all.Strata().ToArray(), groups, [1 - fraction, fraction], seed, splitOptions);

        // So few patients that validating would take the only one of a class: then all are trained on.
        return partition.MissingClasses.Any(gap => gap.Part == partition.PartNames[0])
            ? (all, null)
            : (all.Subset(partition.RowsOf(0)), all.Subset(partition.RowsOf(1)));
    }

    private KeyMatchReport LoadPretrained(TransferNetwork network, WeightsFile weights, WeightsCard card)
    {
        var plan = network.Specification.Plan;
        var expected = plan.Units
            .Where(u => u.Pretrained)
            .SelectMany(u => ParameterSpecification.Of(u.Unit.Body).Select(p => new ExpectedTensor(
                p.Name,
                p.Shape,
                IsInputStem: u.Unit.InputConvolution is { } stem && p.Name == $"{stem}.weight")))
            .ToArray();
        var match = WeightsMatcher.Match(weights, expected, new WeightsMatchOptions
        {
            IsStrict = options.Weights.IsStrict,
            InputChannels = options.ChannelAdaptation,
            Inflation = options.Inflation,
            ReverseInputChannels = card.ChannelOrder == ChannelOrder.Bgr,
            Renames = plan.Backbone.FormerNames.Select(rule => new KeyRename(rule.Pattern, rule.Replacement)).ToArray(),
        });
        network.Load(match.Tensors);
        return match.Report;
    }

    private torch.Device ChooseDevice()
    {
        if (context.GpuDeviceId is not { } gpu)
        {
            return torch.CPU;
        }

        if (torch.cuda.is_available() && gpu < torch.cuda.device_count())
        {
            return new torch.Device(DeviceType.CUDA, gpu);
        }

        return context.FallbackToCpu
            ? torch.CPU
            : throw new TorchBackendException(TorchBackendFailureCause.BackendPackageMissing, $"MLContext.GpuDeviceId is {gpu} but TorchSharp sees no such GPU. Build the application with -p:TorchBackend=cuda-linux (or cuda-windows), or set MLContext.FallbackToCpu.");
    }

    private static string Shortened(IReadOnlyList<string> names)
    {
        const int Shown = 20;
        var list = string.Join(", ", names.Take(Shown));
        return names.Count > Shown ? $"{list} and {names.Count - Shown} more" : list;
    }
}
