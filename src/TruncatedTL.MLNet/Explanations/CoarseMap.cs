namespace TruncatedTL.MLNet.Explanations;

/// <summary>A map as it was computed, before it is brought to the size of the image.</summary>
/// <param name="Values">The values, row-major.</param>
/// <param name="Shape">H, W or D, H, W.</param>
internal sealed record CoarseMap(float[] Values, IReadOnlyList<int> Shape);
