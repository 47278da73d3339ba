using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using TruncatedTL.MLNet.Backbones;

namespace TruncatedTL.MLNet.Tests.Backbones;

/// <summary>What another implementation computes for the formula's weights and images (PyTorch, evaluation mode).</summary>
internal sealed record ParityReference(
    [property: JsonPropertyName("model")] string Model,
    [property: JsonPropertyName("input_shape")] long[] InputShape,
    [property: JsonPropertyName("trainable")] long Trainable,
    [property: JsonPropertyName("logits_first8")] double[][] LogitsFirst8,
    [property: JsonPropertyName("cuts")] IReadOnlyList<ParityCut> Cuts)
{
    /// <summary>Names and shapes in the state dictionary's order: [name, [lengths]]; absent where only their digest is kept.</summary>
    [JsonPropertyName("parameters")]
    public JsonElement[][]? Parameters { get; init; }

    /// <summary>Number of entries in the state dictionary.</summary>
    [JsonPropertyName("tensor_count")]
    public int? TensorCount { get; init; }

    /// <summary>Digest of the names and shapes, see <see cref="Digest"/>.</summary>
    [JsonPropertyName("parameters_sha256")]
    public string? ParametersSha256 { get; init; }

    /// <summary>Number of classes.</summary>
    [JsonPropertyName("outputs")]
    public int? Outputs { get; init; }

    /// <summary>Stride of the stem along D where it is not the network's own.</summary>
    [JsonPropertyName("stem_depth_stride")]
    public int? StemDepthStride { get; init; }

    public int OutputCount => Outputs ?? Parameters![^1][1][0].GetInt32();

    public static ParityReference Read(string path) =>
        JsonSerializer.Deserialize<ParityReference>(File.ReadAllText(path)) ?? throw new InvalidDataException($"{path} is empty.");

    /// <summary>Lines "name[length, length]", as the generating script writes them, hashed.</summary>
    public static string Digest(IEnumerable<ParameterSpecification> parameters) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', parameters.Select(Line)))));

    public static string Line(ParameterSpecification parameter) => $"{parameter.Name}[{string.Join(", ", parameter.Shape)}]";
}

/// <summary>Summary of the activations at one cut.</summary>
internal sealed record ParityCut(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("output_shape")] long[] OutputShape,
    [property: JsonPropertyName("mean")] double Mean,
    [property: JsonPropertyName("std")] double StandardDeviation,
    [property: JsonPropertyName("pooled_first8")] double[][] PooledFirst8);
