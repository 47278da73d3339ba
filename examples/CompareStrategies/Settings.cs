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

    /// <summary>Cut of the truncated network and of the partial strategies; null for the end of the second last stage but one unit.</summary>
    public string? Cut { get; init; }

    public int Seed { get; init; } = 1;

    /// <summary>Folder for the model and the table.</summary>
    public string Output { get; init; } = "compare-output";
}
