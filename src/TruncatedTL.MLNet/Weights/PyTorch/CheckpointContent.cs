namespace TruncatedTL.MLNet.Weights.PyTorch;

/// <summary>What a checkpoint holds that matters: named tensors and the plain values beside them.</summary>
/// <param name="Tensors">The tensors in file order.</param>
/// <param name="Metadata">Text, numbers and truth values by key.</param>
internal sealed record CheckpointContent(
    OrderedDictionary<string, TorchTensor> Tensors, OrderedDictionary<string, string> Metadata);
