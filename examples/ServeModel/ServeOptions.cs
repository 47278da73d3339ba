namespace ServeModel;

/// <summary>What is served, and within which limits.</summary>
internal sealed record ServeOptions
{
    public const long DefaultMaxUploadBytes = 64L << 20;

    public const long DefaultMaxImageValues = 1L << 26;

    /// <summary>The model's zip.</summary>
    public required string ModelPath { get; init; }

    /// <summary>What the model's SaveWeights wrote; null for the zip's name with .safetensors. Read when Grad-CAM is first asked for.</summary>
    public string? WeightsPath { get; init; }

    /// <summary>Larger files are refused.</summary>
    public long MaxUploadBytes { get; init; } = DefaultMaxUploadBytes;

    /// <summary>Images with more values once decoded are refused before memory is taken: a small file may hold a large image.</summary>
    public long MaxImageValues { get; init; } = DefaultMaxImageValues;

    /// <summary>Images that are prepared and scored at a time; others wait.</summary>
    public int Engines { get; init; } = Environment.ProcessorCount;

    /// <summary>How often the file is looked at where the system reports no change (network drives do not).</summary>
    public TimeSpan WatchInterval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The weights' file, resolved.</summary>
    public string WeightsFile => WeightsPath ?? Path.ChangeExtension(ModelPath, ".safetensors");

    /// <summary>What people wrote about the model, beside it.</summary>
    public string NotesFile => Path.ChangeExtension(ModelPath, ".card.json");

    /// <summary>Images to try, beside the model.</summary>
    public string SamplesFolder => Path.Combine(Path.GetDirectoryName(Path.GetFullPath(ModelPath))!, "samples");
}
