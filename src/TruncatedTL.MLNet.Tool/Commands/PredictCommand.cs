using System.CommandLine;
using System.Globalization;
using System.Text;
using TruncatedTL.MLNet.Explanations;
using TruncatedTL.MLNet.Imaging;
using TruncatedTL.MLNet.Loading;
using TruncatedTL.MLNet.Tool.Data;
using TruncatedTL.MLNet.Tool.Options;

namespace TruncatedTL.MLNet.Tool.Commands;

/// <summary>Predicts image files with a saved model.</summary>
internal sealed class PredictCommand : ToolCommand
{
    private readonly Argument<string[]> _paths = new("paths") { Description = "the model, a zip, then image files and folders, which are searched with their sub-folders", Arity = ArgumentArity.ZeroOrMore };
    private readonly ToolOption<string?> _output = ToolOption<string?>.Plain("--output", "table to write; unless given it goes to the output", isPath: true);
    private readonly ToolOption<UnreadableImages> _onUnreadable = ToolOption<UnreadableImages>.WithDefault("--on-unreadable", "what to do with a file that cannot be read; Skip gives it a row with the reason", UnreadableImages.Fail);
    private readonly ToolOption<string?> _overlays = ToolOption<string?>.Plain("--overlays", "folder for pictures that show what moved the network (Grad-CAM); needs the model's safetensors file", isPath: true);
    private readonly ToolOption<string?> _weights = ToolOption<string?>.Plain("--weights", "the model's safetensors file; unless given the one beside the zip", isPath: true);

    public PredictCommand()
        : base("predict", "Predict image files with a saved model, and write a table.")
    {
        Arguments.Add(_paths);
        foreach (var option in new Option[] { _output, _onUnreadable, _overlays, _weights })
        {
            Options.Add(option);
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Examples => ["ttl predict model/model.zip new.dcm", "ttl predict model/model.zip inbox --output predictions.csv --on-unreadable Skip", "ttl predict model/model.zip inbox --overlays pictures"];

    /// <inheritdoc/>
    public override CommandResult Execute(ParseResult parsed, ToolContext context)
    {
        if (parsed.GetValue(_paths) is not [var path, .. { Length: > 0 } targets])
        {
            throw new UsageException("Say which model, a zip, and which image files or folders.");
        }

        var description = ModelDescription.FromFile(path);
        var files = targets.SelectMany(Files).ToArray();
        using var model = SavedModel.Load(context.CreateMLContext(seed: 1), path);
        var predictor = new FilePredictor(model, description, context);
        var predictions = predictor.Predict(files, parsed.GetValue(_onUnreadable) == UnreadableImages.Skip);
        if (parsed.GetValue(_overlays) is { } folder)
        {
            var explained = ExplainerSource.Open(path, parsed.GetValue(_weights));
            using var explainer = explained.Explainer;
            Draw(explainer, predictor, predictions, folder, context);
        }

        var table = Table(description, predictions);
        var output = parsed.GetValue(_output);
        if (output is not null)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(output))!);
            File.WriteAllText(output, table);
        }

        return new(
            new { Model = path, description.ClassNames, Predictions = predictions.Select(prediction => new { prediction.Path, prediction.Predicted, prediction.Probabilities, prediction.OutOfDistribution, prediction.Error }) },
            console =>
            {
                if (output is null)
                {
                    console.Output.Write(table);
                }
                else
                {
                    var predicted = predictions.Count(prediction => prediction.Error is null);
                    console.Output.WriteLine($"{predicted} {(predicted == 1 ? "image" : "images")} predicted, {predictions.Count - predicted} unreadable; the table is {output}.");
                }
            });
    }

    private static IEnumerable<string> Files(string target)
    {
        if (File.Exists(target))
        {
            return [target];
        }

        if (!Directory.Exists(target))
        {
            throw new FileNotFoundException($"'{target}' is neither a file nor a folder.");
        }

        var suffixes = ImageReaders.Suffixes;
        string[] found =
        [
            .. Directory.EnumerateFiles(target, "*", SearchOption.AllDirectories)
                .Where(file => suffixes.Any(suffix => file.EndsWith(suffix, StringComparison.OrdinalIgnoreCase)) && !Path.GetFileName(file).StartsWith('.'))
                .Order(StringComparer.Ordinal),
        ];
        return found.Length > 0 ? found : throw new FileNotFoundException($"There is no image in the folder '{target}' or below it.");
    }

    private static void Draw(ImageExplainer explainer, FilePredictor predictor, IReadOnlyList<FilePrediction> predictions, string folder, ToolContext context)
    {
        Directory.CreateDirectory(folder);
        var taken = new HashSet<string>(StringComparer.Ordinal);
        foreach (var prediction in predictions.Where(prediction => prediction.Error is null))
        {
            context.Cancellation.ThrowIfCancellationRequested();
            var name = Path.GetFileNameWithoutExtension(prediction.Path);
            for (var number = 2; !taken.Add(name); number++)
            {
                name = $"{Path.GetFileNameWithoutExtension(prediction.Path)}-{number.ToString(CultureInfo.InvariantCulture)}";
            }

            explainer.GradCam(predictor.Load(prediction.Path), new GradCamOptions { ClassName = prediction.Predicted }).SaveOverlayPng(Path.Combine(folder, $"{name}.png"));
        }
    }

    private static string Table(ModelDescription model, IReadOnlyList<FilePrediction> predictions)
    {
        var hasDistance = predictions.Any(prediction => prediction.OutOfDistribution is not null);
        var hasErrors = predictions.Any(prediction => prediction.Error is not null);
        var text = new StringBuilder();
        Row(text, ["path", "predicted", .. model.ClassNames, .. hasDistance ? ["outOfDistribution"] : Array.Empty<string>(), .. hasErrors ? ["error"] : Array.Empty<string>()]);
        foreach (var prediction in predictions)
        {
            IEnumerable<string> probabilities = prediction.Probabilities?.Select(Text) ?? model.ClassNames.Select(_ => string.Empty);
            Row(text,
            [
                prediction.Path,
                prediction.Predicted ?? string.Empty,
                .. probabilities,
                .. hasDistance ? [prediction.OutOfDistribution is { } distance ? Text(distance) : string.Empty] : Array.Empty<string>(),
                .. hasErrors ? [prediction.Error ?? string.Empty] : Array.Empty<string>(),
            ]);
        }

        return text.ToString();
    }

    private static string Text(float value) => value.ToString("0.0000", CultureInfo.InvariantCulture);

    private static void Row(StringBuilder text, IEnumerable<string> fields) =>
        text.AppendJoin(',', fields.Select(field => field.AsSpan().IndexOfAny(",\"\n\r") < 0 ? field : $"\"{field.Replace("\"", "\"\"")}\"")).Append('\n');
}
