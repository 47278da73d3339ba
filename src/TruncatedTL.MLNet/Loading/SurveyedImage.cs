namespace TruncatedTL.MLNet.Loading;

/// <summary>What a survey found out about one image.</summary>
/// <param name="Path">The file, as a full path; null for images that are not files.</param>
/// <param name="Label">Name of its class.</param>
/// <param name="Split">The split by a table or a file's own; null where there is none.</param>
/// <param name="Patient">What stands for the patient; null where neither a table nor the file names one.</param>
/// <param name="Channels">Values per pixel or voxel.</param>
/// <param name="SpatialShape">Height and width, or depth, height and width, as the file has them.</param>
/// <param name="SpacingMillimetres">Distance of neighbouring positions along each axis; null where the file does not say.</param>
/// <param name="Minimum">Smallest value, in modality units.</param>
/// <param name="Maximum">Largest value, in modality units.</param>
/// <param name="HasByteValues">Whether the file stores whole numbers from 0 to 255.</param>
public sealed record SurveyedImage(
    string? Path,
    string Label,
    string? Split,
    string? Patient,
    int Channels,
    IReadOnlyList<int> SpatialShape,
    IReadOnlyList<double>? SpacingMillimetres,
    float Minimum,
    float Maximum,
    bool HasByteValues);
