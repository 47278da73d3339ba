using Microsoft.ML;
using Microsoft.ML.Runtime;
using TorchSharp;
using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Ingestion;
using TruncatedTL.MLNet.Native;
using TruncatedTL.MLNet.Networks;
using TruncatedTL.MLNet.Preparation;
using TruncatedTL.MLNet.Splitting;
using TruncatedTL.MLNet.Strategies;
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

    /// <summary>Reads the rows and trains.</summary>
    /// <param name="training">The rows to train on.</param>
    /// <param name="validation">The rows to compare epochs on; null sets some of the training rows aside.</param>
    public TrainedNetwork Train(IDataView training, IDataView? validation)
    {
        var rows = Read(training, validation);
        var strategy = options.PlannedStrategy;
        var specification = Specify(rows, strategy);
        var trainingOptions = options.Training.Clone();
        var seed = Seed;
        trainingOptions.Seed = seed;
        var (trainingSet, validationSet) = rows.Validation is { } given ? (rows.Training, given) : SetAside(rows, seed);
        Log(channel, $"{trainingSet.Count} training and {validationSet?.Count ?? 0} validation images of {rows.Input.Channels} x {string.Join(" x ", rows.Input.NetworkSpatial)}, {rows.ClassNames.Count} {(labels.IsMultiLabel ? "findings" : "classes")}: {Shortened(rows.ClassNames)}");
        Log(channel, $"{strategy} of {options.BackboneName}: {specification.ParameterCount:N0} parameters, {specification.MacCount / 1e6:N1}M multiply-accumulates an image");
        var (network, report) = PretrainedInitializer.Create(specification, seed, ChooseDevice(context), strategy.NeedsPretrainedWeights ? rows.Weights : null, options.PretrainedFit(rows.ClassNames));
        try
        {
            if (report is not null)
            {
                Log(channel, $"Weights '{options.Weights}': {report}");
            }

            var result = FineTuner.Fit(network, trainingSet, validationSet, rows.Normalization, trainingOptions, Callbacks(network));
            Log(channel, result.ToString());
            return new TrainedNetwork
            {
                Network = network,
                Input = rows.Input,
                Preparation = rows.Preparation,
                Normalization = rows.Normalization,
                ClassNames = rows.ClassNames,
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

    /// <summary>The seed of all that is random.</summary>
    public int Seed => options.Training.Seed ?? CheckpointSeed() ?? contextSeed;

    /// <summary>Decodes the rows for the options' backbone and weights; no network is made yet.</summary>
    /// <param name="training">The rows to train on.</param>
    /// <param name="validation">The rows to compare epochs on, or null.</param>
    public PreparedRows Read(IDataView training, IDataView? validation)
    {
        var classNames = labels.ClassNames(training.Schema[options.LabelColumnName]);
        var preparation = CommonPreparation(training, validation);
        var backbone = options.CreateBackbone();
        var source = OpenWeights(options.PlannedStrategy.NeedsPretrainedWeights);
        var card = source is null ? new WeightsCard() : WeightsCard.FromMetadata(source.Metadata);
        var input = ImageInput.From(training.Schema, options.ImageColumnName, InputSize(card, backbone), backbone.SpatialRank, backbone.DefaultInputSize);

        // An image that is too small for the network, a leak or a column that cannot be read shows before an image is decoded.
        Specify(input, classNames, options.PlannedStrategy);
        var groups = options.GroupColumnName is { } name ? ColumnText.ReadAll(training, "group", name) : null;
        var validationGroups = groups is not null && validation is not null ? ColumnText.ReadAll(validation, "group", options.GroupColumnName!) : null;
        if (validationGroups is not null)
        {
            LeakCheck.RequireNoSharedGroups(("training", groups!), ("validation", validationGroups));
        }

        TorchRuntime.EnsureLoaded();
        Log(channel, TorchRuntime.Description);
        var (trainingSet, validationSet) = Decode(training, validation, input);
        if (preparation is not null)
        {
            Log(channel, $"The images come from files, prepared as: {preparation}");
        }

        var normalization = options.Normalization ?? NormalizationRule.For(trainingSet.Images, input.IsByte, Constants(card));
        Log(channel, $"Normalisation: {normalization}");
        return new PreparedRows
        {
            Input = input,
            Preparation = preparation,
            ClassNames = classNames,
            Training = trainingSet,
            Validation = validationSet,
            Groups = groups,
            ValidationGroups = validationGroups,
            Normalization = normalization,
            Weights = source,
        };
    }

    /// <summary>The network that a strategy makes for the rows.</summary>
    public NetworkSpecification Specify(PreparedRows rows, TransferStrategy strategy) => Specify(rows.Input, rows.ClassNames, strategy);

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

    private int? CheckpointSeed() => options.CheckpointPath is { } path && CheckpointFile.Read(path) is { } checkpoint ? checkpoint.Fingerprint.Seed : null;

    private TrainingCallbacks Callbacks(TransferNetwork network) => new()
    {
        EpochCompleted = metrics =>
        {
            Log(channel, metrics.ToString());
            options.MetricsCallback?.Invoke(metrics);
        },
        Log = message => Log(channel, message),
        Epochs = options.Progress,
        Cancellation = options.CancellationToken,
        Checkpoint = options.CheckpointPath is { } path ? new CheckpointPlan { Path = path, Origin = TrainingFingerprint.OfWeights(network) } : null,
    };

    private NetworkSpecification Specify(ImageInput input, IReadOnlyList<string> classNames, TransferStrategy strategy) =>
        new(strategy.Resolve(options.CreateBackbone().WithInputChannels(input.Channels)), options.Head, countOutputs(classNames.Count), input.NetworkSpatial);

    private (TrainingSet Training, TrainingSet? Validation) Decode(IDataView training, IDataView? validation, ImageInput input)
    {
        using var decoder = PixelDecoder.Create(context, training, input, DecodedColumnName);
        TrainingSet Read(IDataView view) => TrainingRows.Read(
            view,
            decoder.Transformer,
            input,
            new ImageStore([input.Channels, .. input.NetworkSpatial]) { MemoryLimit = options.ImageMemoryBytes, SpillFolder = context.TempFilePath ?? Path.GetTempPath() },
            decoder.PixelColumnName,
            labels,
            options.LabelColumnName,
            options.ExampleWeightColumnName,
            options.CancellationToken);

        var all = Read(training);
        var validationSet = validation is null ? null : Read(validation);
        all.RequireTwoClasses();
        if (all.Images.IsOnDisk)
        {
            Log(channel, $"The decoded training images exceed {options.ImageMemoryBytes / 1e6:N0} MB and lie in a temporary file.");
        }

        return (all, validationSet);
    }

    private (TrainingSet Training, TrainingSet? Validation) SetAside(PreparedRows rows, int seed)
    {
        var all = rows.Training;
        var fraction = options.Training.ValidationFraction;
        if (fraction == 0)
        {
            return (all, null);
        }

        // A class of a single patient stays in training; refusing to train because validation lacks it would help nobody.
        var splitOptions = new SplitOptions { MissingClasses = MissingClasses.Report };
        var partition = StratifiedGroups.Split(all.Strata().ToArray(), rows.Groups, [1 - fraction, fraction], seed, splitOptions);

        // So few patients that validating would take the only one of a class: then all are trained on.
        return partition.MissingClasses.Any(gap => gap.Part == partition.PartNames[0])
            ? (all, null)
            : (all.Subset(partition.RowsOf(0)), all.Subset(partition.RowsOf(1)));
    }

    /// <summary>The device that the context asks for.</summary>
    public static torch.Device ChooseDevice(MLContext context)
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
