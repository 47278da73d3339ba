using System.CommandLine;
using TorchSharp;
using TruncatedTL.MLNet.Native;
using TruncatedTL.MLNet.Training;
using TruncatedTL.MLNet.Weights;

namespace TruncatedTL.MLNet.Tool.Options;

/// <summary>Network, weights and how it is trained.</summary>
internal sealed class TrainingOptionGroup
{
    private const string Bundled = "bundled";

    /// <summary>Creates the options.</summary>
    /// <param name="defaults">What holds where nothing is said.</param>
    public TrainingOptionGroup(TrainingOptions defaults)
    {
        Epochs = ToolOption<int>.WithDefault("--epochs", "most passes over the training images", defaults.MaxEpochs);
        BatchSize = ToolOption<int>.WithDefault("--batch-size", "images a step", defaults.BatchSize);
        LearningRate = ToolOption<double>.WithDefault("--learning-rate", "highest learning rate", defaults.LearningRate);
        WeightDecay = ToolOption<double>.WithDefault("--weight-decay", "weight decay", defaults.WeightDecay);
        NumberFormat = ToolOption<NumberFormat>.WithDefault("--number-format", "what training steps compute in; bfloat16 is faster on processors that have it, auto measures and takes the faster one", defaults.NumberFormat);
        Patience = ToolOption<int>.WithDefault("--patience", "epochs without an improvement after which training stops; 0 never stops early", defaults.EarlyStopping.Patience);
    }

    public ToolOption<string?> Weights { get; } = ToolOption<string?>.Plain("--weights", "pretrained weights (.safetensors, .pth, .pt, .th), or 'random'; unless given those inside the package", isPath: true);

    public ToolOption<bool> Lenient { get; } = ToolOption<bool>.WithDefault("--lenient", "let tensors that the weights lack start at random", false);

    public ToolOption<string?> Backbone { get; } = ToolOption<string?>.Plain("--backbone", "name of the backbone, e.g. resnet18; unless given what the weights say. 'ttl inspect NAME' shows its cuts");

    public ToolOption<int> Epochs { get; }

    public ToolOption<int> BatchSize { get; }

    public ToolOption<double> LearningRate { get; }

    public ToolOption<double> WeightDecay { get; }

    public ToolOption<int> Patience { get; }

    public ToolOption<AugmentationChoice> Augmentation { get; } = ToolOption<AugmentationChoice>.WithDefault("--augmentation", "random changes of training images", AugmentationChoice.Default);

    public ToolOption<NumberFormat> NumberFormat { get; }

    public ToolOption<int?> Threads { get; } = ToolOption<int?>.Plain("--threads", "threads to train with; unless given libtorch decides");

    public ToolOption<bool> Gpu { get; } = ToolOption<bool>.WithDefault("--gpu", "train on the first GPU", false);

    private IEnumerable<Option> All => [Weights, Lenient, Backbone, Epochs, BatchSize, LearningRate, WeightDecay, Patience, Augmentation, NumberFormat, Threads, Gpu];

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in All)
        {
            command.Options.Add(option);
        }
    }

    /// <summary>The weights that a command line names.</summary>
    public PretrainedWeights ReadWeights(ParseResult parsed) => WeightsNamed(parsed.GetValue(Weights) ?? Bundled, isStrict: !parsed.GetValue(Lenient));

    /// <summary>The weights of a name or of a file.</summary>
    /// <param name="name">The file, or 'bundled' or 'random'.</param>
    /// <param name="isStrict">Whether a file must have every tensor.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static PretrainedWeights WeightsNamed(string name, bool isStrict) => name switch
    {
        Bundled => PretrainedWeights.Bundled,
        "random" => PretrainedWeights.Random,
        _ => File.Exists(name) ? PretrainedWeights.FromFile(name, strict: isStrict) : throw new FileNotFoundException($"The weights file '{name}' does not exist."),
    };

    /// <summary>Whether a command line asks for the GPU.</summary>
    /// <exception cref="InvalidOperationException">It does, and there is none to be used.</exception>
    public bool ReadGpu(ParseResult parsed)
    {
        if (!parsed.GetValue(Gpu))
        {
            return false;
        }

        TorchRuntime.EnsureLoaded();
        return torch.cuda.is_available() ? true : throw new InvalidOperationException(
            "--gpu: there is no GPU that this program can use. Either the machine or its driver has none, or the program was built for the CPU (build it with -p:TorchBackend=cuda-linux or "
            + "cuda-windows). Leave --gpu out, or give '--gpu false' where a configuration asks for it.");
    }

    /// <summary>Writes what a command line says into training options.</summary>
    public void Apply(ParseResult parsed, TrainingOptions training, int seed)
    {
        training.MaxEpochs = parsed.GetValue(Epochs);
        training.BatchSize = parsed.GetValue(BatchSize);
        training.LearningRate = parsed.GetValue(LearningRate);
        training.MinimumLearningRate = Math.Min(training.MinimumLearningRate, training.LearningRate);
        training.WeightDecay = parsed.GetValue(WeightDecay);
        training.EarlyStopping.Patience = parsed.GetValue(Patience);
        training.NumberFormat = parsed.GetValue(NumberFormat);
        training.NumberOfThreads = parsed.GetValue(Threads);
        training.Seed = seed;
        training.Augmentation = parsed.GetValue(Augmentation) switch
        {
            AugmentationChoice.None => null,
            AugmentationChoice.XRay => AugmentationOptions.ForXRay(),
            AugmentationChoice.Ct => AugmentationOptions.ForCT(),
            AugmentationChoice.Mri => AugmentationOptions.ForMri(),
            AugmentationChoice.Ultrasound => AugmentationOptions.ForUltrasound(),
            AugmentationChoice.Dermoscopy => AugmentationOptions.ForDermoscopy(),
            AugmentationChoice.Microscopy => AugmentationOptions.ForMicroscopy(),
            _ => training.Augmentation,
        };
    }
}
