using System.Globalization;
using TruncatedTL.MLNet.Networks;
using TruncatedTL.MLNet.Preparation;
using TruncatedTL.MLNet.Strategies;
using TruncatedTL.MLNet.Weights;

namespace TruncatedTL.MLNet;

/// <summary>
/// What a saved model says about itself: classes, network, input, normalisation, and what validation rows changed. Only facts are read: weights are passed over, no type is loaded and nothing is
/// executed.
/// </summary>
/// <example>
/// <code>
/// var model = ModelDescription.FromFile("model.zip");
/// Console.WriteLine($"{model.Strategy} of {model.Backbone}: {string.Join(", ", model.ClassNames)}");
/// </code>
/// </example>
public sealed record ModelDescription
{
    private ModelDescription()
    {
    }

    /// <summary>Class names in the order of the probabilities; of a yes-or-no question the second is the positive one.</summary>
    public required IReadOnlyList<string> ClassNames { get; init; }

    /// <summary>The strategy that it was trained with.</summary>
    public required TransferStrategy Strategy { get; init; }

    /// <summary>Registered name of the backbone.</summary>
    public required string Backbone { get; init; }

    /// <summary>The last unit of the network.</summary>
    public required string Cut { get; init; }

    /// <summary>Channels of an image.</summary>
    public required int Channels { get; init; }

    /// <summary>Height and width (volumes: depth, height and width) of an image in the model's column; the model resizes where the network works on another size.</summary>
    public required IReadOnlyList<int> ImageSize { get; init; }

    /// <summary>Height and width (volumes: depth, height and width) that the network works on.</summary>
    public required IReadOnlyList<int> InputSize { get; init; }

    /// <summary>Whether the column holds bytes; otherwise it holds Single values.</summary>
    public required bool HasByteValues { get; init; }

    /// <summary>How pixel values are normalised inside the model.</summary>
    public required PixelNormalization Normalization { get; init; }

    /// <summary>What is done to a file before the model; null where the training images did not come from this library's file loaders.</summary>
    public ImagePreparation? Preparation { get; init; }

    /// <summary>How its probabilities were calibrated; null where they were not.</summary>
    public string? Calibration { get; init; }

    /// <summary>The rule that chose its threshold; null for probability 0.5, and with more than two classes.</summary>
    public string? OperatingPoint { get; init; }

    /// <summary>The logit above which the positive class is predicted; 0 is probability 0.5. Null with more than two classes.</summary>
    public double? Threshold { get; init; }

    /// <summary>Whether it also scores how unlike the training images an image is.</summary>
    public bool HasOutOfDistributionScore { get; init; }

    /// <summary>Everything that the model carries, by its keys.</summary>
    public required IReadOnlyDictionary<string, string> Metadata { get; init; }

    /// <summary>Reads the description of a model.</summary>
    /// <param name="path">A zip saved by <c>mlContext.Model.Save</c>, an ONNX file of <c>SaveOnnx</c>, or a safetensors file of <c>SaveWeights</c>.</param>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    /// <exception cref="ModelFormatException">It is no model, is damaged, or does not describe a network of this library; or it has several networks.</exception>
    public static ModelDescription FromFile(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        try
        {
            if (path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase))
            {
                return Describe(WeightsFile.Load(path).Metadata, path);
            }

            var described = ModelMetadata.ReadNetworks(path)
                .Select(facts => facts.DistinctBy(fact => fact.Key).ToDictionary(fact => fact.Key, fact => fact.Value))
                .Where(facts => facts.ContainsKey("truncatedtl.strategy"))
                .ToArray();
            return described.Length switch
            {
                0 => throw new ModelFormatException($"'{path}' carries no network that this library has trained."),
                1 => Describe(described[0], path),
                _ => throw new ModelFormatException($"'{path}' carries {described.Length} networks; it cannot be told which one is meant."),
            };
        }
        catch (Exception exception) when (exception is WeightsException or ImagePreparationException or ArgumentException or FormatException or OverflowException)
        {
            throw new ModelFormatException(exception.Message.Contains(path, StringComparison.Ordinal) ? exception.Message : $"What '{path}' says about itself cannot be understood: {exception.Message}", exception);
        }
    }

    private static ModelDescription Describe(IReadOnlyDictionary<string, string> facts, string path)
    {
        string Required(string key) => facts.GetValueOrDefault(key) ?? throw new ModelFormatException($"'{path}' does not say its '{key}': it is no trained model of this library.");
        var card = WeightsCard.FromMetadata(facts);
        if (card is not { Backbone: { } backbone, InputSize: { } inputSize, Mean: { } mean, StandardDeviation: { } deviation })
        {
            throw new ModelFormatException($"'{path}' does not say its backbone, input size or normalisation: it is no trained model of this library.");
        }

        var classes = Required("truncatedtl.classes").Split('\n');
        return new ModelDescription
        {
            ClassNames = classes,
            Strategy = TransferStrategy.Parse(Required("truncatedtl.strategy")),
            Backbone = backbone,
            Cut = Required("truncatedtl.cut"),
            Channels = int.Parse(Required("truncatedtl.input_channels"), CultureInfo.InvariantCulture),
            ImageSize = facts.TryGetValue("truncatedtl.image_size", out var size)
                ? [.. size.Split(',').Select(length => int.Parse(length, CultureInfo.InvariantCulture))]
                : inputSize,
            InputSize = inputSize,
            HasByteValues = facts.GetValueOrDefault("truncatedtl.pixels") == "byte",
            Normalization = new PixelNormalization(card.PixelScale, mean, deviation),
            Preparation = facts.TryGetValue(ModelMetadata.PreparationKey, out var json) ? ImagePreparation.FromJson(json) : null,
            Calibration = facts.GetValueOrDefault("truncatedtl.calibration.method"),
            OperatingPoint = facts.GetValueOrDefault("truncatedtl.operatingPoint.rule"),
            Threshold = facts.TryGetValue("truncatedtl.operatingPoint.logit", out var logit) ? double.Parse(logit, CultureInfo.InvariantCulture) : classes.Length == 2 ? 0 : null,
            HasOutOfDistributionScore = facts.ContainsKey("truncatedtl.outOfDistribution.method"),
            Metadata = facts,
        };
    }
}
