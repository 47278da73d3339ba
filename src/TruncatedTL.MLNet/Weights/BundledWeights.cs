using System.Reflection;
using TruncatedTL.MLNet.Weights.Safetensors;

namespace TruncatedTL.MLNet.Weights;

/// <summary>The weights files inside this assembly: one for images, one for volumes, made by formula (docs/bundled-weights.md).</summary>
internal static class BundledWeights
{
    private const string ResourcePrefix = "TruncatedTL.MLNet.Bundled.";

    /// <summary>The networks that have bundled weights; the first serves where no network is named.</summary>
    public static IReadOnlyList<string> BackboneNames { get; } = ["resnet18_w32", "resnet10_3d_w32"];

    /// <summary>Reads the weights of a network.</summary>
    /// <param name="backbone">Registered name of the backbone.</param>
    /// <exception cref="WeightsException">The network has no bundled weights.</exception>
    public static WeightsFile Open(string backbone)
    {
        if (!BackboneNames.Contains(backbone, StringComparer.Ordinal))
        {
            throw new WeightsException(
                $"The package has no bundled weights for {DisplayText.Quote(backbone)}, only for {string.Join(" and ", BackboneNames)}. Choose one of these, or give weights with PretrainedWeights.FromFile(...).");
        }

        var name = ResourcePrefix + backbone + SafetensorsFormat.Suffix;
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The resource '{name}' is missing from the assembly.");
        return WeightsFile.Load(stream, backbone + SafetensorsFormat.Suffix);
    }
}
