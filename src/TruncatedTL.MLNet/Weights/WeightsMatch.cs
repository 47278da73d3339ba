namespace TruncatedTL.MLNet.Weights;

/// <summary>The tensors that a network takes from a file.</summary>
/// <param name="Tensors">
/// By the network's names, in its order; Float32 or Int64. What is missing, misshapen, or of a replaced head is absent:
/// the network keeps its initial values there.
/// </param>
/// <param name="Report">The comparison, name by name.</param>
internal sealed record WeightsMatch(IReadOnlyDictionary<string, TensorData> Tensors, KeyMatchReport Report);
