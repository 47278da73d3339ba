namespace CompareStrategies;

/// <summary>What the command line says.</summary>
internal sealed record Settings
{
    /// <summary>A MedMNIST .npz file or a folder with one sub-folder a class; null for the built-in task made by formula.</summary>
    public string? Data { get; init; }

    /// <summary>Pretrained weights (.pth, .safetensors); null takes the bundled ones.</summary>
    public string? Weights { get; init; }

    public required string Backbone { get; init; }

    /// <summary>Height and width the networks work on; null for the weights' own.</summary>
    public int? Size { get; init; }

    public int? Epochs { get; init; }

    /// <summary>How the cut is searched for.</summary>
    public string Search { get; init; } = "Guided";

    public int Seed { get; init; } = 1;

    /// <summary>Folder of the experiment.</summary>
    public required string Output { get; init; }
}
