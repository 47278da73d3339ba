namespace TruncatedTL.MLNet.Training;

/// <summary>Why a training ended.</summary>
/// <param name="Reason">The reason.</param>
/// <param name="Explanation">The same as the end of a sentence.</param>
internal sealed record TrainingEnd(StopReason Reason, string Explanation);
