using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using TruncatedTL.MLNet.Weights;

namespace TruncatedTL.MLNet.Training;

/// <summary>
/// Checkpoints as safetensors files: tensors as <c>last.NAME</c>, <c>best.NAME</c> (left out where the last epoch is the best) and
/// <c>moments.NAME</c>; fingerprint and progress as JSON in the metadata, beside a SHA-256 over all of it.
/// </summary>
internal static class CheckpointFile
{
    /// <summary>
    /// Version of the format. It has to change with the meaning of anything in the file: names, JSON, and the order of the parameters and of their memory in
    /// the blocks of moments.
    /// </summary>
    public const string Version = "2";

    /// <summary>Key of the metadata with the fingerprint.</summary>
    public const string FingerprintKey = Prefix + "fingerprint";

    /// <summary>Key of the metadata with the progress.</summary>
    public const string ProgressKey = Prefix + "progress";

    private const string Prefix = "truncatedtl.checkpoint.";
    private const string VersionKey = Prefix + "version";
    private const string HashKey = Prefix + "sha256";
    private const string LastPrefix = "last.";
    private const string BestPrefix = "best.";
    private const string MomentsPrefix = "moments.";

    // A loss may be infinite: that of no epoch, in the plateau's memory.
    private static readonly JsonSerializerOptions Json = new()
    {
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter() },
    };

    /// <summary>Writes the file; it is there whole or, where anything fails, as it was before.</summary>
    /// <exception cref="CheckpointException">It cannot be written.</exception>
    public static void Write(string path, TrainingFingerprint fingerprint, TrainingProgress progress, TrainingMemory memory)
    {
        var tensors = new OrderedDictionary<string, TensorData>();
        Add(LastPrefix, memory.Last);
        Add(MomentsPrefix, memory.Moments);
        if (!progress.History[^1].IsBest)
        {
            Add(BestPrefix, memory.Best);
        }

        var metadata = new OrderedDictionary<string, string>
        {
            [VersionKey] = Version,
            [FingerprintKey] = JsonSerializer.Serialize(fingerprint.Entries, Json),
            [ProgressKey] = JsonSerializer.Serialize(progress, Json),
        };
        try
        {
            Sealed(metadata, tensors).SaveSafetensors(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException(
                $"The checkpoint '{path}' cannot be written: {error.Message} {(File.Exists(path) ? "What was written before is still there." : "There is none yet.")}", path, null, error);
        }

        void Add(string prefix, TensorBackup backup)
        {
            foreach (var (name, data) in backup.AsData())
            {
                tensors.Add(prefix + name, data);
            }
        }
    }

    /// <summary>A file with its hash: what damage cannot give, and who means harm can.</summary>
    public static WeightsFile Sealed(IReadOnlyDictionary<string, string> metadata, IReadOnlyDictionary<string, TensorData> tensors)
    {
        var content = new OrderedDictionary<string, string>(metadata);
        content.Remove(HashKey);
        content.Add(HashKey, Hash(content, tensors));
        return new WeightsFile(tensors, content);
    }

    /// <summary>Reads a file and checks that it is whole; null where there is none.</summary>
    /// <exception cref="CheckpointException">It cannot be read, is damaged, or is no checkpoint of this version.</exception>
    public static TrainingCheckpoint? Read(string path)
    {
        WeightsFile file;
        try
        {
            if (!File.Exists(path))
            {
                return null;
            }

            file = WeightsFile.Load(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or WeightsException)
        {
            throw new CheckpointException($"The checkpoint '{path}' cannot be read: {error.Message}", path, null, error);
        }

        RequireWhole(path, file);
        try
        {
            return Parse(file);
        }
        catch (Exception error) when (error is JsonException or NotSupportedException)
        {
            throw new CheckpointException($"The checkpoint '{path}' is damaged: its metadata cannot be understood.", path, null, error);
        }
    }

    private static void RequireWhole(string path, WeightsFile file)
    {
        var version = file.Metadata.GetValueOrDefault(VersionKey)
            ?? throw new CheckpointException($"'{path}' is not a checkpoint of a training. Give another path, or move the file away.", path);
        if (version != Version)
        {
            throw new CheckpointException(
                $"The checkpoint '{path}' has version {version} of the format; this version of the library reads {Version}. Go on with the version that wrote it, or move it away to begin anew.",
                path)
            {
                IsOfOtherVersion = true,
            };
        }

        if (file.Metadata.GetValueOrDefault(HashKey) != Hash(file.Metadata, file.Tensors))
        {
            throw new CheckpointException($"The checkpoint '{path}' is damaged: its content does not fit its checksum. Move it away to begin anew.", path);
        }
    }

    private static TrainingCheckpoint Parse(WeightsFile file)
    {
        var entries = JsonSerializer.Deserialize<Dictionary<string, string>>(file.Metadata.GetValueOrDefault(FingerprintKey, "null"), Json);
        var progress = JsonSerializer.Deserialize<TrainingProgress>(file.Metadata.GetValueOrDefault(ProgressKey, "null"), Json);
        if (entries is null || entries.ContainsValue(null!) || progress?.History is not { Count: > 0 } || !AreInOrder(progress.History) || progress.Retries is null
            || progress is not { ImagesSeen: >= 0, OptimizerSteps: >= 0, ElapsedSeconds: >= 0 and < double.PositiveInfinity } || progress.End is { Explanation: null }
            || file.Tensors.Values.Any(tensor => tensor.ElementType is not (TensorElementType.Float32 or TensorElementType.Int64)))
        {
            throw new JsonException("A part is missing.");
        }

        var last = WithPrefix(LastPrefix);
        return new TrainingCheckpoint(
            new TrainingFingerprint(entries),
            progress,
            last,
            progress.History[^1].IsBest ? last : WithPrefix(BestPrefix),
            WithPrefix(MomentsPrefix));

        KeyValuePair<string, TensorData>[] WithPrefix(string prefix) =>
        [
            .. file.Tensors.Where(pair => pair.Key.StartsWith(prefix, StringComparison.Ordinal)).Select(pair => KeyValuePair.Create(pair.Key[prefix.Length..], pair.Value)),
        ];
    }

    // The first epoch is the best one of those before the second.
    private static bool AreInOrder(IReadOnlyList<EpochMetrics> history) =>
        history.Select((epoch, index) => epoch is not null && epoch.Epoch == index + 1).All(isNext => isNext) && history[0].IsBest;

    // Over everything but the hash itself; lengths stand before texts, so that nothing can move from one to the next.
    private static string Hash(IReadOnlyDictionary<string, string> metadata, IReadOnlyDictionary<string, TensorData> tensors)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (key, value) in metadata.Where(pair => pair.Key != HashKey))
        {
            AddText(key);
            AddText(value);
        }

        foreach (var (name, data) in tensors)
        {
            AddText($"{name}: {data}");
            hash.AppendData(data.Bytes.Span);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());

        void AddText(string text)
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            hash.AppendData(BitConverter.GetBytes(bytes.Length));
            hash.AppendData(bytes);
        }
    }
}
