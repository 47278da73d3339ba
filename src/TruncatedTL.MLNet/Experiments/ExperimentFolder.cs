using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using TruncatedTL.MLNet.Files;

namespace TruncatedTL.MLNet.Experiments;

/// <summary>
/// Where an experiment keeps what: <c>plan.json</c>, <c>data/NAME</c>, <c>weights/NAME</c>, <c>trials/NAME/run-N</c>, <c>decisions.json</c>, <c>result.json</c>.
/// Every file is written whole or not at all, and what is read is bounded.
/// </summary>
internal sealed class ExperimentFolder
{
    private const long LargestJson = 1L << 28;

    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        IncludeFields = true,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        MaxDepth = 32,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter() },
    };

    /// <summary>Names a folder; it need not exist.</summary>
    /// <param name="path">The folder.</param>
    public ExperimentFolder(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        FullPath = Path.GetFullPath(path);
    }

    public string FullPath { get; }

    public string PlanPath => Path.Combine(FullPath, "plan.json");

    public string DecisionsPath => Path.Combine(FullPath, "decisions.json");

    public string ResultPath => Path.Combine(FullPath, "result.json");

    public string RoundPath => Path.Combine(FullPath, "round.json");

    public string TestPath => Path.Combine(FullPath, "test.json");

    public string ExamplesPath => Path.Combine(FullPath, "examples");

    public string ExampleListPath => Path.Combine(ExamplesPath, "examples.json");

    public string ModelPath => Path.Combine(FullPath, "model.zip");

    /// <summary>Where the images of a ladder lie.</summary>
    public string DataPath(string name) => Path.Combine(FullPath, "data", Plain(name));

    /// <summary>Where a weights file lies.</summary>
    public string WeightsPath(string name) => Path.Combine(FullPath, "weights", Plain(name));

    /// <summary>Where all runs of a candidate lie.</summary>
    public string TrialPath(PlannedCandidate candidate) => Path.Combine(FullPath, "trials", Plain(candidate.Folder));

    /// <summary>Where the test probabilities of a candidate lie, as little-endian float32.</summary>
    public string TestScoresPath(PlannedCandidate candidate) => Path.Combine(TrialPath(candidate), "test.f32");

    /// <summary>Where the training of a candidate on all rows lies.</summary>
    public RunFolder AllRowsRun(PlannedCandidate candidate) => new(Path.Combine(TrialPath(candidate), "all-rows"));

    /// <summary>Where one run of a candidate lies.</summary>
    /// <param name="candidate">The candidate.</param>
    /// <param name="set">Index of the set, from 0.</param>
    public RunFolder Run(PlannedCandidate candidate, int set) =>
        new(Path.Combine(TrialPath(candidate), $"run-{(set + 1).ToString(CultureInfo.InvariantCulture)}"));

    /// <summary>The picture of an example.</summary>
    public string ExamplePath(StoredExample example) => Path.Combine(ExamplesPath, Plain(example.File));

    /// <summary>The plan; null where there is none yet.</summary>
    /// <exception cref="ExperimentException">It cannot be understood.</exception>
    public ExperimentPlan? ReadPlan()
    {
        var plan = ReadJson<ExperimentPlan>(PlanPath);
        if (plan is not null)
        {
            PlanCheck.Require(plan, PlanPath);
        }

        return plan;
    }

    /// <summary>Writes a value as JSON, whole or not at all.</summary>
    public static void WriteJson<T>(string path, T value)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        AtomicFile.Write(path, stream => JsonSerializer.Serialize(stream, value, Json));
    }

    /// <summary>Reads a value; default where there is no file.</summary>
    /// <exception cref="ExperimentException">The file cannot be understood.</exception>
    public static T? ReadJson<T>(string path)
    {
        if (!File.Exists(path))
        {
            return default;
        }

        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        if (stream.Length > LargestJson)
        {
            throw new ExperimentException($"'{path}' has {stream.Length} bytes; no file of an experiment is that long.");
        }

        try
        {
            return JsonSerializer.Deserialize<T>(stream, Json) ?? throw new JsonException("The file says null.");
        }
        catch (Exception error) when (error is JsonException or NotSupportedException or ArgumentException)
        {
            throw new ExperimentException($"'{path}' cannot be understood: {error.Message} Correct it, or move it away.", error);
        }
    }

    /// <summary>A value as JSON, to be hashed.</summary>
    public static byte[] ToJson<T>(T value) => JsonSerializer.SerializeToUtf8Bytes(value, Json);

    // A name in a plan may come from anywhere; it must not lead out of the folder.
    private static string Plain(string name) => PlanCheck.IsPlainName(name)
        ? name
        : throw new ExperimentException($"'{name}' is not a plain name of a file.");
}
