using System.Text.Json;

namespace ServeModel.Models;

/// <summary>
/// What people say about a model, in a file beside it (<c>model.card.json</c>): facts that no program can know. Everything is optional.
/// </summary>
internal sealed record ModelNotes
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public string? Title { get; init; }

    /// <summary>Names of the classes for people, in the order of the scores: a yes-or-no model itself knows only False and True.</summary>
    public IReadOnlyList<string>? ClassNames { get; init; }

    public string? TrainedOn { get; init; }

    public string? Evaluation { get; init; }

    public string? IntendedUse { get; init; }

    public string? Limits { get; init; }

    /// <exception cref="JsonException">The file is not such a text.</exception>
    public static ModelNotes Read(string path) => File.Exists(path) ? JsonSerializer.Deserialize<ModelNotes>(File.ReadAllText(path), Format) ?? new() : new();

    public void Write(string path) => File.WriteAllText(path, JsonSerializer.Serialize(this, Format));
}
