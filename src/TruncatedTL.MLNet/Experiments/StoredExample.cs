namespace TruncatedTL.MLNet.Experiments;

/// <summary>An example image in the experiment's folder.</summary>
/// <param name="File">Name of the picture.</param>
/// <param name="Caption">What it shows.</param>
internal sealed record StoredExample(string File, string Caption);
