using System.CommandLine;
using TruncatedTL.MLNet.Explanations;
using TruncatedTL.MLNet.Preparation;
using TruncatedTL.MLNet.Tool.Data;
using TruncatedTL.MLNet.Tool.Options;
using TruncatedTL.MLNet.Tool.Results;

namespace TruncatedTL.MLNet.Tool.Commands;

/// <summary>Shows where in an image a model sees a class.</summary>
internal sealed class ExplainCommand : ToolCommand
{
    private readonly Argument<string[]> _paths = new("paths") { Description = "the model (its zip or its safetensors file), then the image", Arity = ArgumentArity.ZeroOrMore };
    private readonly ToolOption<string?> _output = ToolOption<string?>.Plain("--output", "the picture to write; unless given the image's name with -explained.png", isPath: true);
    private readonly ToolOption<string?> _weights = ToolOption<string?>.Plain("--weights", "the model's safetensors file; unless given the one beside the zip", isPath: true);
    private readonly ToolOption<ExplanationMethod> _method = ToolOption<ExplanationMethod>.WithDefault("--method", "how", ExplanationMethod.GradCam);
    private readonly ToolOption<string?> _class = ToolOption<string?>.Plain("--class", "the class to explain; unless given the predicted one");
    private readonly ToolOption<string?> _unit = ToolOption<string?>.Plain("--unit", "Grad-CAM: the unit to look at; unless given the last one");

    public ExplainCommand()
        : base("explain", "Show where in an image a model sees a class, as a picture.")
    {
        Arguments.Add(_paths);
        foreach (var option in new Option[] { _output, _weights, _method, _class, _unit })
        {
            Options.Add(option);
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Examples => ["ttl explain model/model.zip new.dcm", "ttl explain model/model.safetensors new.png --method Occlusion --class pneumonia --output why.png"];

    /// <inheritdoc/>
    public override CommandResult Execute(ParseResult parsed, ToolContext context)
    {
        if (parsed.GetValue(_paths) is not [var model, var image])
        {
            throw new UsageException("Say which model and which image, in this order.");
        }

        var (opened, description, _) = ExplainerSource.Open(model, parsed.GetValue(_weights));
        using var explainer = opened;
        var preparation = description.Preparation ?? new ImagePreparation(description.ImageSize, description.Channels) { Fit = ImageFit.Stretch, Intensity = ImageIntensity.EightBit };
        var pixels = preparation.Load(image);
        var explanation = parsed.GetValue(_method) == ExplanationMethod.GradCam
            ? explainer.GradCam(pixels, new GradCamOptions { ClassName = parsed.GetValue(_class), Unit = parsed.GetValue(_unit) })
            : explainer.Occlusion(pixels, new OcclusionOptions { ClassName = parsed.GetValue(_class), CancellationToken = context.Cancellation });
        var output = parsed.GetValue(_output) ?? $"{Path.GetFileNameWithoutExtension(image)}-explained.png";
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(output))!);
        explanation.SaveOverlayPng(output);
        return new(
            new { Image = image, Class = explanation.ClassName, explanation.Probability, Method = explanation.Method.ToString(), explanation.Unit, explanation.MaximumPosition, File = output },
            console => Tables.Facts(console, ("explanation", explanation.ToString()), ("picture", output)));
    }
}
