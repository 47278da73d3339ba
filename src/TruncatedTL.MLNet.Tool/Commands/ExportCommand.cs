using System.CommandLine;
using TruncatedTL.MLNet.Tool.Data;
using TruncatedTL.MLNet.Tool.Options;
using TruncatedTL.MLNet.Tool.Results;
using TruncatedTL.MLNet.Weights;

namespace TruncatedTL.MLNet.Tool.Commands;

/// <summary>Writes a model in other formats.</summary>
internal sealed class ExportCommand : ToolCommand
{
    private readonly Argument<string?> _model = new("model") { Description = "a zip or safetensors file of a model, or the folder of a training or experiment", Arity = ArgumentArity.ZeroOrOne };
    private readonly ToolOption<string?> _weights = ToolOption<string?>.Plain("--weights", "the model's safetensors file; unless given the one beside the zip", isPath: true);
    private readonly ToolOption<string?> _onnx = ToolOption<string?>.Plain("--onnx", "ONNX file to write: input image, outputs logits and probabilities", isPath: true);
    private readonly ToolOption<string?> _safetensors = ToolOption<string?>.Plain("--safetensors", "safetensors file to write: tensors under PyTorch's names", isPath: true);
    private readonly ToolOption<bool> _half = ToolOption<bool>.WithDefault("--half", "safetensors: store the weights of convolutions and of the head as float16", false);

    public ExportCommand()
        : base("export", "Write a model as ONNX and as safetensors. It needs the safetensors file that 'train' and 'compare' write beside the zip.")
    {
        Arguments.Add(_model);
        foreach (var option in new Option[] { _weights, _onnx, _safetensors, _half })
        {
            Options.Add(option);
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Examples => ["ttl export model/model.zip --onnx model.onnx", "ttl export experiment --safetensors small.safetensors --half"];

    /// <inheritdoc/>
    public override CommandResult Execute(ParseResult parsed, ToolContext context)
    {
        var model = parsed.GetValue(_model) ?? throw new UsageException("Say which model to export.");
        var (onnx, safetensors) = (parsed.GetValue(_onnx), parsed.GetValue(_safetensors));
        if (onnx is null && safetensors is null)
        {
            throw new UsageException("Say what to write: --onnx FILE, --safetensors FILE or both.");
        }

        var path = ExplainerSource.Find(model, parsed.GetValue(_weights));
        var weights = WeightsFile.Load(path);
        var description = ModelDescription.FromFile(path);
        foreach (var file in new[] { onnx, safetensors }.OfType<string>())
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        }

        if (onnx is not null)
        {
            WeightsExport.SaveOnnx(weights, onnx);
            if (description.HasOutOfDistributionScore)
            {
                context.Note("The score of how unlike the training images an image is does not stand in a weights file; the ONNX file has none. 'train' writes one that has.");
            }
        }

        if (safetensors is not null)
        {
            Written(weights, parsed.GetValue(_half)).SaveSafetensors(safetensors);
        }

        return new(
            new { Weights = path, Onnx = onnx, Safetensors = safetensors, Strategy = description.Strategy.ToString(), description.Backbone, description.ClassNames },
            console => Tables.Facts(console, ("network", $"{description.Strategy} of {description.Backbone}, from {path}"), ("ONNX", onnx), ("safetensors", safetensors)));
    }

    // Normalisation and biases are small and delicate; they stay as they are.
    private static WeightsFile Written(WeightsFile weights, bool half) => half
        ? new(weights.Tensors.ToDictionary(tensor => tensor.Key, tensor => tensor.Value.Shape.Count > 1 ? tensor.Value.As(TensorElementType.Float16) : tensor.Value), weights.Metadata)
        : weights;
}
