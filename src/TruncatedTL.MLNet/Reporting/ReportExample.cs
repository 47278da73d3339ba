namespace TruncatedTL.MLNet.Reporting;

/// <summary>An example image and where the winner looked.</summary>
/// <param name="Caption">What it is: true class, prediction, probability.</param>
/// <param name="Png">The picture with its overlay.</param>
internal sealed record ReportExample(string Caption, byte[] Png);
