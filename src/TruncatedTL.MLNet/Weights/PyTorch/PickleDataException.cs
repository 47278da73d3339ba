namespace TruncatedTL.MLNet.Weights.PyTorch;

/// <summary>A pickle stream is damaged or too large; the unpickler adds file and position.</summary>
internal sealed class PickleDataException(string message) : Exception(message);
