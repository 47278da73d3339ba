namespace TruncatedTL.MLNet.Weights;

/// <summary>A tensor of the network that was not simply taken from the file, on purpose.</summary>
/// <param name="Name">Name of the tensor in the network.</param>
/// <param name="Adaptation">What was done, for example <c>input channels 3 -> 1 (Sum)</c> or <c>head replaced</c>.</param>
public sealed record AdaptedTensor(string Name, string Adaptation);
