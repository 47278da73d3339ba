using System.CommandLine;
using System.Globalization;
using Microsoft.ML;
using TruncatedTL.MLNet.Evaluation;
using TruncatedTL.MLNet.Strategies;
using TruncatedTL.MLNet.Tool.Data;
using TruncatedTL.MLNet.Tool.Options;
using TruncatedTL.MLNet.Tool.Progress;
using TruncatedTL.MLNet.Tool.Results;
using TruncatedTL.MLNet.Training;

namespace TruncatedTL.MLNet.Tool.Commands;

/// <summary>Trains one strategy and saves the model.</summary>
internal sealed class TrainCommand : ToolCommand
{
    private readonly DataOptions _data = new();
    private readonly TrainingOptionGroup _training = new(new TrainingOptions());
    private readonly ToolOption<string> _strategy = ToolOption<string>.WithDefault("--strategy", "Full, LinearProbe, LinearProbe(CUT), LayerWise(CUT), TransFusion(CUT, slim=2), Truncated(CUT) or FromScratch", "Full");
    private readonly ToolOption<string> _output = ToolOption<string>.WithDefault("--output", "folder for model.zip, model.safetensors and model.onnx", "model", isPath: true);
    private readonly ToolOption<bool> _calibrate = ToolOption<bool>.WithDefault("--calibrate", "calibrate the probabilities on the validation rows", false);
    private readonly ToolOption<double?> _sensitivity = ToolOption<double?>.Plain("--sensitivity", "two classes: choose the threshold that reaches this sensitivity on the validation rows");
    private readonly ToolOption<bool> _outOfDistribution = ToolOption<bool>.WithDefault("--out-of-distribution", "let the model score how unlike the training images an image is", false);
    private readonly ToolOption<bool> _quantize = ToolOption<bool>.WithDefault("--quantize", "store and compute the model in 8 bits: a fifth of the size and, on most processors, about three times as fast", false);
    private readonly ToolOption<string?> _checkpoint = ToolOption<string?>.Plain("--checkpoint", "file that keeps the state after every epoch; where it exists, the training goes on from it");

    public TrainCommand()
        : base("train", "Train one transfer strategy and save the model.")
    {
        _data.AddTo(this);
        Options.Add(_strategy);
        _training.AddTo(this);
        foreach (var option in new Option[] { _output, _calibrate, _sensitivity, _outOfDistribution, _quantize, _checkpoint })
        {
            Options.Add(option);
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Examples =>
    [
        "ttl train --data formula --strategy \"Truncated(layer3.1)\" --epochs 10",
        "ttl train --data chest-x-rays --weights resnet18.pth --size 224 --strategy \"Truncated(layer3.0)\" --augmentation XRay --output model",
        "ttl train --data split.csv --quantize --calibrate --sensitivity 0.95",
    ];

    /// <inheritdoc/>
    public override CommandResult Execute(ParseResult parsed, ToolContext context)
    {
        if (parsed.GetValue(_quantize) && parsed.GetValue(_outOfDistribution))
        {
            throw new UsageException("--quantize and --out-of-distribution exclude each other: what is unlike the training images is decided in single precision.");
        }

        var seed = parsed.GetValue(_data.Seed);
        var mlContext = context.CreateMLContext(seed, _training.ReadGpu(parsed));
        var strategy = TransferStrategy.Parse(parsed.GetValue(_strategy)!);
        var network = NetworkChoice.Of(parsed, _training);
        var task = new DataSource(_data, parsed, context).Load(mlContext, network.UsualSize).WithKeys(mlContext);
        var model = EpochLines.Run(context, strategy.ToString(), progress => Fit(mlContext, task, parsed, options =>
        {
            options.Strategy = strategy;
            network.Apply(options, task);
            _training.Apply(parsed, options.Training, seed);
            options.Progress = progress;
            options.CancellationToken = context.Cancellation;
            options.CheckpointPath = parsed.GetValue(_checkpoint);
            options.OutOfDistribution = parsed.GetValue(_outOfDistribution) ? new OutOfDistributionOptions() : null;
            if (task.Validation is null && options.Training.ValidationFraction > 0)
            {
                context.Note("There are no validation rows: a part of the training rows is set aside.");
            }
        }));
        try
        {
            model = Quantize(model, task, parsed, context);
            model = Adjust(model, task, parsed);
            var files = ModelFiles.Save(mlContext, model, task.Train.Schema, parsed.GetValue(_output)!);
            var metrics = TaskEvaluation.Evaluate(mlContext, model.Transform(task.Test), task.IsBinary, task.GroupColumn, new MedicalEvaluationOptions { Seed = seed });
            return Describe(model, task, files, metrics);
        }
        finally
        {
            model.Dispose();
        }
    }

    private static TransferLearningTransformer Fit(MLContext mlContext, ImageTask task, ParseResult parsed, Action<TransferLearningOptions> fill)
    {
        if (task.IsBinary)
        {
            var binary = new TransferLearningBinaryTrainer.Options { ValidationSet = task.Validation, GroupColumnName = task.GroupColumn };
            fill(binary);
            return mlContext.BinaryClassification.Trainers.TransferLearning(mlContext, binary).Fit(task.Train);
        }

        var several = new TransferLearningMulticlassTrainer.Options { ValidationSet = task.Validation, GroupColumnName = task.GroupColumn };
        fill(several);
        return mlContext.MulticlassClassification.Trainers.TransferLearning(mlContext, several).Fit(task.Train);
    }

    // Before calibration and threshold, which are then those of the model that is saved.
    private TransferLearningTransformer Quantize(TransferLearningTransformer model, ImageTask task, ParseResult parsed, ToolContext context)
    {
        if (!parsed.GetValue(_quantize))
        {
            return model;
        }

        try
        {
            return Replace(model, model.Quantize(task.Train, task.Validation, cancellationToken: context.Cancellation));
        }
        catch (QuantizationException error)
        {
            context.Note($"The model stays in single precision. {error.Message}");
            return model;
        }
    }

    private TransferLearningTransformer Adjust(TransferLearningTransformer model, ImageTask task, ParseResult parsed)
    {
        var sensitivity = parsed.GetValue(_sensitivity);
        if (!parsed.GetValue(_calibrate) && sensitivity is null)
        {
            return model;
        }

        var validation = task.Validation ?? throw new UsageException("Calibration and thresholds need validation rows: give a --validation-fraction above 0.");
        if (parsed.GetValue(_calibrate))
        {
            model = Replace(model, model.Calibrate(validation));
        }

        return sensitivity is { } least ? Replace(model, model.WithOperatingPoint(validation, OperatingPoint.AtSensitivity(least))) : model;
    }

    private static TransferLearningTransformer Replace(TransferLearningTransformer former, TransferLearningTransformer next)
    {
        former.Dispose();
        return next;
    }

    private static CommandResult Describe(TransferLearningTransformer model, ImageTask task, ModelFiles files, object metrics)
    {
        var training = model.Training;
        var data = new
        {
            Strategy = model.Strategy.ToString(),
            model.Backbone,
            Cut = model.Cut.Name,
            model.ClassNames,
            model.ParameterCount,
            model.MacCount,
            Epochs = training.History.Count,
            training.BestEpoch,
            Metric = training.Metric.ToString(),
            training.BestMetric,
            StopReason = training.StopReason.ToString(),
            OperatingPoint = model.OperatingPoint?.ToString(),
            Calibration = model.Calibration?.ToString(),
            Quantization = model.Quantization?.ToString(),
            Files = files,
            Test = FigureResult.Of(metrics),
            task.Skipped,
        };
        return new(data, console =>
        {
            Tables.Facts(
                console,
                ("data", task.Name),
                ("classes", string.Join(", ", model.ClassNames)),
                ("network", $"{model.Strategy} of {model.Backbone}, {Tables.Millions(model.ParameterCount)} parameters, {Tables.Millions(model.MacCount)} MACs"),
                ("training", string.Create(CultureInfo.InvariantCulture, $"{training.History.Count} epochs, {training.StopReason}; best is epoch {training.BestEpoch} with a validation {training.Metric} of {training.BestMetric:0.000}")),
                ("quantization", model.Quantization?.ToString()),
                ("calibration", model.Calibration?.ToString()),
                ("operating point", model.OperatingPoint?.ToString()),
                ("files", $"{files.Zip}, {files.Weights}, {files.Onnx}"));
            console.Output.WriteLine("Test rows:");
            console.Results.Write(Tables.Of(metrics));
        });
    }
}
