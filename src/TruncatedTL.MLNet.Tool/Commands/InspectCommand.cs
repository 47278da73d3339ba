using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Experiments;
using TruncatedTL.MLNet.Loading;
using TruncatedTL.MLNet.Networks;
using TruncatedTL.MLNet.Tool.Data;
using TruncatedTL.MLNet.Tool.Options;
using TruncatedTL.MLNet.Tool.Results;
using TruncatedTL.MLNet.Weights;

namespace TruncatedTL.MLNet.Tool.Commands;

/// <summary>Says what a file, a folder or a backbone is.</summary>
internal sealed class InspectCommand : ToolCommand
{
    private const int ShownPairs = 5;

    private static readonly string[] WeightsSuffixes = [".pth", ".pt", ".th", ".safetensors"];

    private readonly Argument<string?> _target = new("target") { Description = "weights file, saved model (.zip, .onnx), data set (folder, table, .npz, 'formula') or name of a backbone", Arity = ArgumentArity.ZeroOrOne };
    private readonly DataOptions _data = new();
    private readonly ToolOption<int?> _limit = ToolOption<int?>.Plain("--limit", "data sets: look at this many images, spread evenly, instead of at all");
    private readonly ToolOption<bool> _tensors = ToolOption<bool>.WithDefault("--tensors", "weights files: list every tensor", false);

    public InspectCommand()
        : base("inspect", "Say what a weights file, a saved model, a data set or a backbone is.")
    {
        Arguments.Add(_target);
        Options.Add(_limit);
        Options.Add(_tensors);
        _data.AddTo(this);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Examples =>
        ["ttl inspect resnet18 --size 64", "ttl inspect resnet18.pth", "ttl inspect model.zip", "ttl inspect chest-x-rays", "ttl inspect images.csv --patient-column patient_id --json"];

    /// <inheritdoc/>
    public override CommandResult Execute(ParseResult parsed, ToolContext context)
    {
        var target = parsed.GetValue(_target) ?? parsed.GetValue(_data.Data) ?? throw new UsageException($"Say what to inspect: {_target.Description}.");
        var suffix = Path.GetExtension(target).ToLowerInvariant();
        if (Backbone.Names.Contains(target) && !Path.Exists(target))
        {
            return OfBackbone(target, parsed, context);
        }

        if (!Path.Exists(target) && target != "formula")
        {
            throw new FileNotFoundException($"'{target}' is neither a file or folder nor a backbone. The backbones are {string.Join(", ", Backbone.Names)}.");
        }

        return File.Exists(target) && WeightsSuffixes.Contains(suffix) ? OfWeights(target, parsed)
            : File.Exists(target) && suffix is ".zip" or ".onnx" ? OfModel(target)
            : OfData(new DataSource(_data, parsed, context, target).Survey(parsed.GetValue(_limit)), target);
    }

    private CommandResult OfBackbone(string name, ParseResult parsed, ToolContext context)
    {
        var backbone = Backbone.Create(name);
        var size = ImageSizeText.Parse(parsed.GetValue(_data.Size), backbone.SpatialRank) ?? [.. Enumerable.Repeat(backbone.DefaultInputSize, backbone.SpatialRank)];
        var costs = CutCost.Measure(name, size, cancellation: context.Cancellation);
        var data = new
        {
            Kind = "backbone",
            Name = name,
            InputSize = size,
            Cuts = costs.Select(cost => new { cost.Cut.Name, cost.Cut.Stage, cost.Cut.Channels, cost.Cut.Stride, cost.ParameterCount, cost.MacCount, cost.MillisecondsPerImage, cost.ModelBytes }),
        };
        return new(data, console =>
        {
            console.Output.WriteLine($"{name} on {string.Join(" x ", size)}, with a head of one output; milliseconds an image in ONNX Runtime on this machine");
            var table = Tables.Create("cut", "stage", "channels", "stride", "parameters", "MACs", "ms", "ONNX");
            foreach (var cost in costs)
            {
                table.Add(
                    cost.Cut.Name,
                    cost.Cut.Stage,
                    cost.Cut.Channels.ToString(CultureInfo.InvariantCulture),
                    string.Join('x', cost.Cut.Stride.Distinct()),
                    Tables.Millions(cost.ParameterCount),
                    Tables.Millions(cost.MacCount),
                    Tables.Number(cost.MillisecondsPerImage, "0.00"),
                    $"{Tables.Number(cost.ModelBytes / 1e6, "0.0")} MB");
            }

            console.Results.Write(table);
        });
    }

    private CommandResult OfWeights(string path, ParseResult parsed)
    {
        var weights = WeightsFile.Load(path);
        var card = WeightsCard.FromMetadata(weights.Metadata);
        var matches = BackboneMatch.Find(weights);
        var values = weights.Tensors.Values.Sum(tensor => tensor.Shape.Aggregate(1L, (product, length) => product * length));
        var model = weights.Metadata.ContainsKey("truncatedtl.strategy") ? ModelDescription.FromFile(path) : null;
        var listsTensors = parsed.GetValue(_tensors);
        var data = new
        {
            Kind = "weights",
            File = path,
            TensorCount = weights.Tensors.Count,
            Values = values,
            Card = new { card.Backbone, card.InputSize, card.PixelScale, card.Mean, card.StandardDeviation, ChannelOrder = card.ChannelOrder.ToString(), card.License, card.Source },
            Fits = matches.Where(match => match.IsComplete).Select(match => match.Backbone),
            Nearest = matches.Take(3).Select(match => new { match.Backbone, match.Share }),
            LooksLike = matches.FirstOrDefault()?.Report.LooksLike,
            Model = model is null ? null : Describe(model),
            Tensors = listsTensors ? weights.Tensors.Select(tensor => new { Name = tensor.Key, Type = tensor.Value.ElementType.ToString(), tensor.Value.Shape }) : null,
        };
        return new(data, console =>
        {
            Tables.Facts(
                console,
                ("file", path),
                ("tensors", string.Create(CultureInfo.InvariantCulture, $"{weights.Tensors.Count} with {values / 1e6:0.00}M values ({string.Join(", ", weights.Tensors.Values.CountBy(tensor => tensor.ElementType).Select(pair => $"{pair.Value} {pair.Key}"))})")),
                ("for", card.Backbone ?? "the file does not say"),
                ("input", card.InputSize is { } size ? string.Join(" x ", size) : null),
                ("normalisation", card is { Mean: { } mean, StandardDeviation: { } deviation } ? new PixelNormalization(card.PixelScale, mean, deviation).ToString() : null),
                ("licence", card.License),
                ("source", card.Source),
                ("fits", model is not null ? null : matches.Any(match => match.IsComplete) ? string.Join(", ", matches.Where(match => match.IsComplete).Select(match => match.Backbone)) : "no backbone of the library in full"),
                ("nearest", model is null && matches is [{ IsComplete: false } nearest, ..] ? $"{nearest.Backbone}, {nearest.Share.ToString("P0", CultureInfo.InvariantCulture)} of its tensors{(nearest.Report.LooksLike is { } looks ? $"; the file looks like {looks}" : string.Empty)}" : null));
            if (model is not null)
            {
                Print(model, console);
            }

            if (listsTensors)
            {
                var table = Tables.Create("tensor", "type", "shape");
                foreach (var (name, tensor) in weights.Tensors)
                {
                    table.Add(name, tensor.ElementType.ToString(), string.Join(" x ", tensor.Shape));
                }

                console.Results.Write(table);
            }
        });
    }

    private static CommandResult OfModel(string path)
    {
        var model = ModelDescription.FromFile(path);
        return new(new { Kind = "model", File = path, Bytes = new FileInfo(path).Length, Model = Describe(model) }, console =>
        {
            Tables.Facts(console, ("file", string.Create(CultureInfo.InvariantCulture, $"{path}, {new FileInfo(path).Length / 1e6:0.0} MB")));
            Print(model, console);
        });
    }

    private static object Describe(ModelDescription model) => new
    {
        model.ClassNames,
        Strategy = model.Strategy.ToString(),
        model.Backbone,
        model.Cut,
        model.Channels,
        model.ImageSize,
        model.InputSize,
        model.HasByteValues,
        Normalization = model.Normalization.ToString(),
        Preparation = model.Preparation?.ToString(),
        model.Calibration,
        model.OperatingPoint,
        model.Threshold,
        model.HasOutOfDistributionScore,
    };

    private static void Print(ModelDescription model, ToolConsole console) => Tables.Facts(
        console,
        ("classes", model.ClassNames.Count == 2 ? $"{model.ClassNames[0]}, {model.ClassNames[1]} (positive)" : string.Join(", ", model.ClassNames)),
        ("network", $"{model.Strategy} of {model.Backbone}, ends at {model.Cut}"),
        ("image", $"{model.Channels} x {string.Join(" x ", model.ImageSize)} {(model.HasByteValues ? "bytes" : "numbers")}{(model.ImageSize.SequenceEqual(model.InputSize) ? string.Empty : $", resized to {string.Join(" x ", model.InputSize)}")}"),
        ("normalisation", model.Normalization.ToString()),
        ("preparation", model.Preparation?.ToString() ?? "none: the training images did not come from files"),
        ("calibration", model.Calibration ?? "none"),
        ("operating point", model.OperatingPoint is { } rule ? $"{rule}, logit {Tables.Number(model.Threshold)}" : model.Threshold is null ? null : "probability 0.5"),
        ("out of distribution", model.HasOutOfDistributionScore ? "scored" : null));

    private static CommandResult OfData(ImageSurvey survey, string target)
    {
        var images = survey.Images;
        var classes = images.CountBy(image => (Split: image.Split ?? "all", image.Label)).OrderBy(pair => pair.Key.Label, StringComparer.Ordinal).ToArray();
        var splits = classes.Select(pair => pair.Key.Split).Distinct().ToArray();
        var sizes = images.CountBy(image => $"{image.Channels} x {string.Join(" x ", image.SpatialShape)}").OrderByDescending(pair => pair.Value).ToArray();
        var patients = images.Any(image => image.Patient is not null) ? images.Select(image => image.Patient).Distinct().Count(patient => patient is not null) : (int?)null;
        var pairs = survey.Duplicates.Pairs.OrderByDescending(pair => pair.IsExact).Take(ShownPairs).Select(pair => new
        {
            First = NameOf(images, pair.FirstRow),
            Second = NameOf(images, pair.SecondRow),
            pair.IsExact,
            SameClass = images[pair.FirstRow].Label == images[pair.SecondRow].Label,
            SameSplit = images[pair.FirstRow].Split == images[pair.SecondRow].Split,
        }).ToArray();
        var data = new
        {
            Kind = "data",
            Path = target,
            Images = images.Count,
            Classes = classes.Select(pair => new { pair.Key.Split, Class = pair.Key.Label, Images = pair.Value }),
            Sizes = sizes.Select(pair => new { Size = pair.Key, Images = pair.Value }),
            Minimum = images.Count == 0 ? (float?)null : images.Min(image => image.Minimum),
            Maximum = images.Count == 0 ? (float?)null : images.Max(image => image.Maximum),
            EightBit = images.Count(image => image.HasByteValues),
            Patients = patients,
            Unreadable = survey.Unreadable,
            ExactDuplicates = survey.Duplicates.ExactCount,
            NearDuplicates = survey.Duplicates.NearCount,
            Duplicates = pairs,
        };
        return new(data, console =>
        {
            Tables.Facts(
                console,
                ("data", $"{target}, {images.Count} images"),
                ("values", images.Count == 0 ? "-" : string.Create(CultureInfo.InvariantCulture, $"{data.Minimum:0.###} to {data.Maximum:0.###}; {data.EightBit} of {images.Count} images are 8-bit")),
                ("sizes", string.Join("; ", sizes.Take(ShownPairs).Select(pair => $"{pair.Key} ({pair.Value})")) + (sizes.Length > ShownPairs ? $"; {sizes.Length - ShownPairs} more" : string.Empty)),
                ("spacing", images.Count(image => image.SpacingMillimetres is not null) is > 0 and var known ? $"{known} images say their millimetres" : null),
                ("patients", patients?.ToString(CultureInfo.InvariantCulture) ?? "unknown"),
                ("duplicates", $"{data.ExactDuplicates} exact and {data.NearDuplicates} near pairs"),
                ("unreadable", survey.Unreadable.Count.ToString(CultureInfo.InvariantCulture)));
            var table = Tables.Create(["class", .. splits]);
            foreach (var label in classes.Select(pair => pair.Key.Label).Distinct())
            {
                table.Add([label, .. splits.Select(split => classes.FirstOrDefault(pair => pair.Key == (split, label)).Value.ToString(CultureInfo.InvariantCulture))]);
            }

            console.Results.Write(table);
            foreach (var pair in pairs)
            {
                console.Output.WriteLine($"{(pair.IsExact ? "the same" : "alike")}: {pair.First} and {pair.Second}{(pair.SameClass ? string.Empty : ", of different classes")}{(pair.SameSplit ? string.Empty : ", in different splits")}");
            }

            foreach (var file in survey.Unreadable.Take(ShownPairs))
            {
                console.Output.WriteLine($"unreadable: {ErrorText.OfFile(file.Path, file.Reason)}");
            }
        });
    }

    private static string NameOf(IReadOnlyList<SurveyedImage> images, int row) => images[row].Path ?? $"image {row}";
}
