using System.CommandLine;
using System.Globalization;
using TruncatedTL.MLNet.Tool.Data;
using TruncatedTL.MLNet.Tool.Options;
using TruncatedTL.MLNet.Tool.Progress;
using TruncatedTL.MLNet.Tool.Results;

namespace TruncatedTL.MLNet.Tool.Commands;

/// <summary>Trains a backbone on labelled images, for transfer to other tasks.</summary>
internal sealed class PretrainCommand : ToolCommand
{
    private readonly DataOptions _data = new();
    private readonly TrainingOptionGroup _training = new(new PretrainingOptions().Training);
    private readonly ToolOption<string> _output = ToolOption<string>.WithDefault("--output", "the weights file to write", "pretrained.safetensors", isPath: true);
    private readonly ToolOption<string?> _license = ToolOption<string?>.Plain("--license", "terms on which the weights may be used; written into the file");
    private readonly ToolOption<string?> _source = ToolOption<string?>.Plain("--source", "where the images come from; written into the file. Name no patient and no path");
    private readonly ToolOption<bool> _head = ToolOption<bool>.WithDefault("--include-head", "keep the classifier, for going on with the pretraining", false);

    public PretrainCommand()
        : base("pretrain", "Train a backbone on a labelled archive, so that its weights can be transferred to other tasks.")
    {
        _data.AddTo(this);
        _training.AddTo(this);
        foreach (var option in new Option[] { _output, _license, _source, _head })
        {
            Options.Add(option);
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Examples =>
        ["ttl pretrain --data archive --backbone resnet18 --size 128 --epochs 60 --output archive.safetensors", "ttl train --data small-task --weights archive.safetensors --strategy \"Truncated(layer3.1)\""];

    /// <inheritdoc/>
    public override CommandResult Execute(ParseResult parsed, ToolContext context)
    {
        var seed = parsed.GetValue(_data.Seed);
        var mlContext = context.CreateMLContext(seed, _training.ReadGpu(parsed));

        // Pretraining begins at random unless somebody names weights to go on from.
        var network = parsed.GetValue(_training.Weights) is null
            ? new NetworkChoice(Weights.PretrainedWeights.Random, parsed.GetValue(_training.Backbone))
            : NetworkChoice.Of(parsed, _training);
        var task = new DataSource(_data, parsed, context).Load(mlContext, network.UsualSize);
        var result = EpochLines.Run(context, "pretraining", progress =>
        {
            var options = new PretrainingOptions
            {
                License = parsed.GetValue(_license),
                Source = parsed.GetValue(_source),
                GroupColumnName = task.GroupColumn,
                ValidationSet = task.Validation,
                Progress = progress,
                CancellationToken = context.Cancellation,
            };
            network.Apply(options, task);
            _training.Apply(parsed, options.Training, seed);
            return mlContext.Pretrain(task.Train, options);
        });
        var output = parsed.GetValue(_output)!;
        if (Path.GetDirectoryName(Path.GetFullPath(output)) is { } folder)
        {
            Directory.CreateDirectory(folder);
        }

        result.Save(output, includeHead: parsed.GetValue(_head));
        var training = result.Training;
        return new(
            new { File = output, result.ClassNames, Tensors = result.Weights.Tensors.Count, Epochs = training.History.Count, training.BestEpoch, Metric = training.Metric.ToString(), training.BestMetric, StopReason = training.StopReason.ToString() },
            console => Tables.Facts(
                console,
                ("data", $"{task.Name}, {result.ClassNames.Count} classes"),
                ("training", string.Create(CultureInfo.InvariantCulture, $"{training.History.Count} epochs, {training.StopReason}; best is epoch {training.BestEpoch} with a validation {training.Metric} of {training.BestMetric:0.000}")),
                ("file", string.Create(CultureInfo.InvariantCulture, $"{output}, {new FileInfo(output).Length / 1e6:0.0} MB"))));
    }
}
