using System.Text.Json;

namespace TruncatedTL.MLNet.Preparation;

/// <summary>The JSON form of the intensity half; which members are there depends on the kind.</summary>
internal sealed class IntensityDocument
{
    public required IntensityKind Kind { get; init; }

    public double? Lower { get; init; }

    public double? Upper { get; init; }

    public double? Maximum { get; init; }

    public IntensityDocument? Fallback { get; init; }

    /// <summary>Writes it.</summary>
    public static IntensityDocument Of(ImageIntensity intensity)
    {
        var hasRange = intensity.Kind is IntensityKind.Range or IntensityKind.Percentiles;
        return new IntensityDocument
        {
            Kind = intensity.Kind,
            Lower = hasRange ? intensity.Lower : null,
            Upper = hasRange ? intensity.Upper : null,
            Maximum = hasRange ? intensity.Maximum : null,
            Fallback = intensity.Fallback is { } fallback ? Of(fallback) : null,
        };
    }

    /// <summary>Reads it.</summary>
    /// <exception cref="JsonException">Members are missing, or there that the kind has no use for.</exception>
    /// <exception cref="ArgumentException">A number is out of range.</exception>
    public ImageIntensity ToIntensity() => this switch
    {
        { Kind: IntensityKind.Unchanged, Lower: null, Upper: null, Maximum: null, Fallback: null } => ImageIntensity.Unchanged,
        { Kind: IntensityKind.FileWindow, Lower: null, Upper: null, Maximum: null, Fallback: { } fallback } => ImageIntensity.FileWindow(fallback.ToIntensity()),
        { Kind: IntensityKind.Range, Lower: { } lower, Upper: { } upper, Maximum: { } maximum, Fallback: null } => ImageIntensity.Range(lower, upper, maximum),
        { Kind: IntensityKind.Percentiles, Lower: { } lower, Upper: { } upper, Maximum: { } maximum, Fallback: null } => ImageIntensity.Percentiles(lower, upper, maximum),
        _ => throw new JsonException($"The members of the intensity are not those of its kind, {Kind}."),
    };
}
