namespace TruncatedTL.MLNet.Backbones;

/// <summary>The entry of one backbone in the registry: everything about the network that is not a layer.</summary>
/// <param name="Name">Registered name, e.g. <c>resnet50</c>.</param>
/// <param name="SpatialRank">2 for images, 3 for volumes.</param>
/// <param name="HeadName">Name of the classifier in published checkpoints, e.g. <c>fc</c>.</param>
/// <param name="InputChannels">Channels the published weights expect.</param>
/// <param name="Build">Builds the units from the input upwards.</param>
internal sealed record BackboneFamily(
    string Name,
    int SpatialRank,
    string HeadName,
    int InputChannels,
    Func<BackboneRecipe, IReadOnlyList<BackboneUnit>> Build)
{
    /// <summary>Names in older checkpoints and what they are called here: regular expression and replacement.</summary>
    public IReadOnlyList<(string Pattern, string Replacement)> FormerNames { get; init; } = [];

    /// <summary>Default side length of the input in pixels (voxels).</summary>
    public int DefaultInputSize { get; init; } = 224;
}
