using System.Text.Json;
using System.Text.Json.Serialization;

namespace TruncatedTL.MLNet.Preparation;

/// <summary>The JSON form of a preparation. Reading is strict: a member that this version does not know may change what the network is shown.</summary>
internal sealed class PreparationDocument
{
    private const int CurrentVersion = 1;
    private const int MaxCharacters = 1 << 14;

    private static readonly JsonSerializerOptions Options = new(JsonSerializerOptions.Strict)
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
        MaxDepth = 8,
    };

    public required int Version { get; init; }

    public required int[] Size { get; init; }

    public required int Channels { get; init; }

    public required ImageFit Fit { get; init; }

    public double[]? SpacingMillimetres { get; init; }

    public double? PadValue { get; init; }

    public required IntensityDocument Intensity { get; init; }

    public int? Frame { get; init; }

    public required bool ReorientToRas { get; init; }

    /// <summary>Null for false: documents without it are as valid as ever, and libraries that do not know it refuse only what they cannot do.</summary>
    public bool? ReducedDecoding { get; init; }

    /// <summary>Writes a preparation.</summary>
    public static string Write(ImagePreparation preparation) => JsonSerializer.Serialize(
        new PreparationDocument
        {
            Version = CurrentVersion,
            Size = [.. preparation.Size],
            Channels = preparation.Channels,
            Fit = preparation.Fit,
            SpacingMillimetres = preparation.SpacingMillimetres?.ToArray(),
            PadValue = preparation.PadValue,
            Intensity = IntensityDocument.Of(preparation.Intensity),
            Frame = preparation.Frame,
            ReorientToRas = preparation.ReorientToRas,
            ReducedDecoding = preparation.ReducedDecoding ? true : null,
        },
        Options);

    /// <summary>Reads a preparation.</summary>
    /// <exception cref="ImagePreparationException">It is none.</exception>
    public static ImagePreparation Read(string json)
    {
        if (json.Length > MaxCharacters)
        {
            throw new ImagePreparationException($"An image preparation of {json.Length} characters is longer than any that this library writes.");
        }

        try
        {
            RequireVersion(json);
            var document = JsonSerializer.Deserialize<PreparationDocument>(json, Options) ?? throw new JsonException("It is null.");
            return new ImagePreparation(document.Size, document.Channels)
            {
                Fit = document.Fit,
                SpacingMillimetres = document.SpacingMillimetres,
                PadValue = document.PadValue,
                Intensity = document.Intensity.ToIntensity(),
                Frame = document.Frame,
                ReorientToRas = document.ReorientToRas,
                ReducedDecoding = document.ReducedDecoding ?? false,
            };
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException)
        {
            throw new ImagePreparationException($"This is not an image preparation: {exception.Message}", exception);
        }
    }

    // The version decides before anything else is judged: a newer form is not a damaged one.
    private static void RequireVersion(string json)
    {
        using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = Options.MaxDepth });
        if (document.RootElement.ValueKind != JsonValueKind.Object
            || !document.RootElement.TryGetProperty("version", out var element)
            || element.ValueKind != JsonValueKind.Number
            || !element.TryGetInt32(out var version))
        {
            throw new JsonException("It has no version.");
        }

        if (version != CurrentVersion)
        {
            throw new ImagePreparationException($"The image preparation has version {version}; this library reads version {CurrentVersion}. Use the library that wrote it, or a newer one.");
        }
    }
}
