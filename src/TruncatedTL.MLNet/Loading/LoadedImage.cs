using TruncatedTL.MLNet.Preparation;

namespace TruncatedTL.MLNet.Loading;

/// <summary>One row.</summary>
/// <param name="Source">Where it comes from.</param>
/// <param name="Label">Its class.</param>
/// <param name="Patient">What stands for the patient.</param>
/// <param name="Values">The values before the intensity half; null where the row is decoded whenever it is read.</param>
/// <param name="Intensity">The intensity half, where there are values.</param>
internal sealed record LoadedImage(ImageRowSource Source, string Label, string Patient, CompactValues? Values, IntensityMap Intensity);
