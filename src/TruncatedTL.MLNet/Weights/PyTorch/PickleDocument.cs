namespace TruncatedTL.MLNet.Weights.PyTorch;

/// <summary>The content of one pickle.</summary>
/// <param name="Root">Its value.</param>
/// <param name="Storages">Every storage it refers to, by key.</param>
/// <param name="Operations">How many opcodes built it, a measure of its size.</param>
internal sealed record PickleDocument(object? Root, IReadOnlyDictionary<string, TorchStorage> Storages, long Operations);
