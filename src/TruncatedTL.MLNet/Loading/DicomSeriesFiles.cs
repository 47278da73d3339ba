using TruncatedTL.MLNet.Imaging;

namespace TruncatedTL.MLNet.Loading;

/// <summary>The files of one series.</summary>
/// <param name="Files">Their paths; at least one.</param>
/// <param name="Origin">Patient, study and series.</param>
/// <param name="Read">Reads them as a volume.</param>
internal sealed record DicomSeriesFiles(IReadOnlyList<string> Files, ImageOrigin Origin, Func<ImageReadOptions, DecodedImage> Read);
