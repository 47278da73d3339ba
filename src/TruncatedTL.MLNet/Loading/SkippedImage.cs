namespace TruncatedTL.MLNet.Loading;

/// <summary>A file that was left out.</summary>
/// <param name="Path">The file, as a full path; the first one where an image is a series of files.</param>
/// <param name="Reason">Why it could not be read or prepared.</param>
public sealed record SkippedImage(string Path, string Reason);
