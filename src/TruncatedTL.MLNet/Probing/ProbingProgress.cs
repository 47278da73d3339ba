namespace TruncatedTL.MLNet.Probing;

/// <summary>How far the forward pass has come.</summary>
/// <param name="ImagesDone">Images that went through the network.</param>
/// <param name="Images">Images of training and validation data together.</param>
internal sealed record ProbingProgress(int ImagesDone, int Images);
