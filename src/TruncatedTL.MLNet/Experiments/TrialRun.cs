using TruncatedTL.MLNet.Networks;
using TruncatedTL.MLNet.Training;
using TruncatedTL.MLNet.Weights;

namespace TruncatedTL.MLNet.Experiments;

/// <summary>A network as a run has left it, with the weights of its best epoch.</summary>
/// <param name="Network">The network; it is the caller's.</param>
/// <param name="Training">The rows that it learnt from.</param>
/// <param name="Validation">The rows that its epochs were compared on; null for a network that was trained on all rows.</param>
/// <param name="Report">What was taken over from the weights; null for a network from scratch.</param>
/// <param name="Result">How the training went.</param>
internal sealed record TrialRun(TransferNetwork Network, TrainingSet Training, TrainingSet? Validation, KeyMatchReport? Report, TrainingResult Result);
