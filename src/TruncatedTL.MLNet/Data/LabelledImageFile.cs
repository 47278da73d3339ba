namespace TruncatedTL.MLNet.Data;

/// <summary>An image file and its class.</summary>
/// <param name="Path">The file, as a full path.</param>
/// <param name="Label">The name of the class.</param>
public sealed record LabelledImageFile(string Path, string Label);
