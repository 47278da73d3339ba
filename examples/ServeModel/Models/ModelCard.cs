using System.Globalization;
using TruncatedTL.MLNet.Preparation;

namespace ServeModel.Models;

/// <summary>What the service says about its model: what the file knows, and what people wrote beside it.</summary>
internal sealed record ModelCard
{
    public const string NotADevice = "Not a medical device. For research and teaching; no decision about a patient may rest on it.";

    private const string Prefix = "truncatedtl.";

    public required string Title { get; init; }

    /// <summary>The beginning of the file's SHA-256.</summary>
    public required string Id { get; init; }

    public required DateTimeOffset LoadedAt { get; init; }

    public required IReadOnlyList<string> ClassNames { get; init; }

    public required string? Backbone { get; init; }

    public required string? Strategy { get; init; }

    public required string? Cut { get; init; }

    /// <summary>Channels, (depth,) height, width of what the preparation makes of a file.</summary>
    public required IReadOnlyList<int> Input { get; init; }

    public required string Preparation { get; init; }

    public required TrainingFacts? Training { get; init; }

    public required string? Calibration { get; init; }

    public required OperatingPointFacts? OperatingPoint { get; init; }

    public required bool HasOutOfDistribution { get; init; }

    public required long FileBytes { get; init; }

    public required string? TrainedOn { get; init; }

    public required string? Evaluation { get; init; }

    public required string IntendedUse { get; init; }

    public required string? Limits { get; init; }

    public string Notice => NotADevice;

    /// <summary>How the training went.</summary>
    public sealed record TrainingFacts(int Epochs, int BestEpoch, string Metric, double Value);

    /// <summary>From which probability of the second class on it is the answer.</summary>
    public sealed record OperatingPointFacts(string Rule, double ProbabilityThreshold);

    /// <summary>Puts the card together.</summary>
    /// <exception cref="InvalidDataException">The model does not name its classes, or the notes name another number of them.</exception>
    public static ModelCard Create(string fileName, string id, long bytes, IReadOnlyDictionary<string, string> facts, ImagePreparation preparation, ModelNotes notes)
    {
        string? Fact(string key) => facts.GetValueOrDefault(Prefix + key);
        var names = Fact("classes")?.Split('\n') ?? throw new InvalidDataException("The model does not name its classes; was it saved by this library?");
        if (notes.ClassNames is { } given && given.Count != names.Length)
        {
            throw new InvalidDataException($"The notes beside the model name {given.Count} classes, the model has {names.Length}.");
        }

        return new ModelCard
        {
            Title = notes.Title ?? fileName,
            Id = id,
            LoadedAt = DateTimeOffset.UtcNow,
            ClassNames = notes.ClassNames ?? names,
            Backbone = Fact("backbone"),
            Strategy = Fact("strategy"),
            Cut = Fact("cut"),
            Input = preparation.Shape,
            Preparation = preparation.ToString(),
            Training = Fact("training.metric") is { } metric
                ? new TrainingFacts(Whole(Fact("training.epochs")), Whole(Fact("training.best_epoch")), metric, Real(Fact("training.value")))
                : null,
            Calibration = Fact("calibration.method"),
            OperatingPoint = Fact("operatingPoint.rule") is { } rule ? new OperatingPointFacts(rule, 1 / (1 + Math.Exp(-Real(Fact("operatingPoint.logit"))))) : null,
            HasOutOfDistribution = Fact("outOfDistribution.method") is not null,
            FileBytes = bytes,
            TrainedOn = notes.TrainedOn,
            Evaluation = notes.Evaluation,
            IntendedUse = notes.IntendedUse ?? "Nobody has stated an intended use.",
            Limits = notes.Limits,
        };
    }

    private static int Whole(string? text) => int.Parse(text!, CultureInfo.InvariantCulture);

    private static double Real(string? text) => double.Parse(text!, CultureInfo.InvariantCulture);
}
