using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using TruncatedTL.MLNet.Networks;

namespace TruncatedTL.MLNet.Training;

/// <summary>Everything that must be equal for a training to go on from a checkpoint, as texts by name.</summary>
/// <param name="Entries">The texts.</param>
internal sealed record TrainingFingerprint(IReadOnlyDictionary<string, string> Entries)
{
    private const string MaxEpochsName = Prefix + nameof(TrainingOptions.MaxEpochs);
    private const string Prefix = nameof(TrainingOptions) + ".";

    // What changes no result, or (the threads) only its last bits; and the validation fraction, which shows in the data.
    private static readonly string[] Ignored =
    [
        nameof(TrainingOptions.OnCancel), nameof(TrainingOptions.NumberOfThreads), nameof(TrainingOptions.ValidationFraction),
        nameof(TrainingOptions.FrozenFeatureMegabytes),
    ];

    private static readonly JsonSerializerOptions Json = new() { IncludeFields = true, Converters = { new JsonStringEnumConverter() } };

    /// <summary>The seed of the training; null where the text says none.</summary>
    public int? Seed => int.TryParse(Entries.GetValueOrDefault(Prefix + nameof(TrainingOptions.Seed)), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seed) ? seed : null;

    /// <summary>A SHA-256 over all of a network's tensors as they are now.</summary>
    public static string OfWeights(TransferNetwork network) => Hash(network, network.Specification.Parameters().Select(parameter => parameter.Name));

    /// <summary>The fingerprint of a training.</summary>
    /// <param name="network">The network; of its weights only those count that are frozen throughout.</param>
    /// <param name="train">What is trained on.</param>
    /// <param name="validation">What epochs are compared on; null for none.</param>
    /// <param name="normalization">How pixel values become the network's input.</param>
    /// <param name="options">How to train.</param>
    /// <param name="origin">See <see cref="CheckpointPlan.Origin"/>.</param>
    public static TrainingFingerprint Of(
        TransferNetwork network, TrainingSet train, TrainingSet? validation, PixelNormalization normalization, TrainingOptions options, string? origin)
    {
        var entries = new OrderedDictionary<string, string>
        {
            ["network"] = Describe(network.Specification),
            ["frozen weights"] = FrozenWeights(network),
            ["weights at the beginning"] = origin ?? "not given",
            ["training data"] = DataFingerprint.Of(train),
            ["validation data"] = validation is null ? "none" : DataFingerprint.Of(validation),
            ["normalisation"] = JsonSerializer.Serialize(normalization),
        };
        var document = JsonSerializer.SerializeToNode(options, Json)!.AsObject();
        document[nameof(TrainingOptions.Seed)] = options.Seed ?? TrainingDefaults.Seed;
        foreach (var name in Ignored)
        {
            document.Remove(name);
        }

        AddLeaves(entries, Prefix, document);
        return new TrainingFingerprint(entries);
    }

    /// <summary>What differs, one sentence each; empty where the training may go on.</summary>
    /// <param name="saved">The fingerprint in the checkpoint.</param>
    /// <param name="options">The options now.</param>
    public IReadOnlyList<string> DifferencesFrom(TrainingFingerprint saved, TrainingOptions options)
    {
        var differences = new List<string>();
        foreach (var name in Entries.Keys.Union(saved.Entries.Keys))
        {
            var here = Entries.GetValueOrDefault(name);
            var there = saved.Entries.GetValueOrDefault(name);
            if (here != there && !(name == MaxEpochsName && MayDiffer(there, options)))
            {
                differences.Add($"{name}: {here ?? "absent"} here, {there ?? "absent"} in the checkpoint");
            }
        }

        return differences;
    }

    // The largest number of epochs has a part in the curve of a schedule, and shortens a warm-up that is longer.
    private static bool MayDiffer(string? savedMaxEpochs, TrainingOptions options) =>
        options.Schedule is LearningRateSchedule.Constant or LearningRateSchedule.ReduceOnPlateau
        && int.TryParse(savedMaxEpochs, NumberStyles.None, CultureInfo.InvariantCulture, out var maxEpochs)
        && options.WarmUpEpochs <= Math.Min(maxEpochs, options.MaxEpochs) - options.ProbeEpochs;

    // The count of multiply-accumulates tells apart what has the same tensors, such as strides.
    private static string Describe(NetworkSpecification specification)
    {
        var plan = specification.Plan;
        var tensors = string.Join('\n', specification.Parameters().Select(parameter => $"{parameter.Name} {string.Join(',', parameter.Shape)}"));
        return $"{plan.Backbone.Name} up to {plan.Cut.Name}, {plan.Units.Count} units of which {plan.Units.Count(unit => unit.Pretrained)} pretrained and "
            + $"{plan.Units.Count(unit => unit.Frozen)} frozen, {specification.Pooling} head, {specification.Outputs} outputs, "
            + $"input {specification.InputChannels} x {string.Join(" x ", specification.InputSpatial)}, {specification.MacCount} multiply-accumulates, "
            + $"tensors {Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(tensors)))[..16]}";
    }

    private static string FrozenWeights(TransferNetwork network)
    {
        var changing = TrainingMemory.ChangingNames(network.Specification).ToHashSet();
        var frozen = network.Specification.Parameters().Select(parameter => parameter.Name).Where(name => !changing.Contains(name)).ToArray();
        return frozen.Length == 0 ? "none" : Hash(network, frozen);
    }

    private static string Hash(TransferNetwork network, IEnumerable<string> names)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var name in names)
        {
            hash.AppendData(TensorTransfer.ToManaged(network.State[name]).Bytes.Span);
        }

        return $"SHA-256 {Convert.ToHexStringLower(hash.GetHashAndReset())}";
    }

    private static void AddLeaves(OrderedDictionary<string, string> entries, string prefix, JsonObject document)
    {
        foreach (var (name, value) in document)
        {
            if (value is JsonObject inner)
            {
                AddLeaves(entries, $"{prefix}{name}.", inner);
            }
            else
            {
                entries.Add(prefix + name, value?.ToJsonString() ?? "null");
            }
        }
    }
}
