using TruncatedTL.MLNet.Weights;

namespace TruncatedTL.MLNet.Training;

/// <summary>The content of a checkpoint.</summary>
/// <param name="Fingerprint">Of the training that wrote it.</param>
/// <param name="Progress">Where it stood.</param>
/// <param name="Last">Weights after its last epoch, by name.</param>
/// <param name="Best">Weights of its best epoch, by name.</param>
/// <param name="Moments">The optimiser's moments.</param>
internal sealed record TrainingCheckpoint(
    TrainingFingerprint Fingerprint,
    TrainingProgress Progress,
    IReadOnlyList<KeyValuePair<string, TensorData>> Last,
    IReadOnlyList<KeyValuePair<string, TensorData>> Best,
    IReadOnlyList<KeyValuePair<string, TensorData>> Moments);
