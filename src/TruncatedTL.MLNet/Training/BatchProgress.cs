namespace TruncatedTL.MLNet.Training;

/// <summary>How far a pass over the data is, for progress bars.</summary>
/// <param name="Epoch">The epoch, counted from 1.</param>
/// <param name="MaxEpochs">The largest number of epochs.</param>
/// <param name="Phase">What the epoch trains.</param>
/// <param name="IsValidation">True in the validation pass, false in the training pass.</param>
/// <param name="BatchesDone">Batches of this pass that are done.</param>
/// <param name="BatchCount">Batches of this pass.</param>
public readonly record struct BatchProgress(int Epoch, int MaxEpochs, TrainingPhase Phase, bool IsValidation, int BatchesDone, int BatchCount);
