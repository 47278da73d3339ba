namespace TruncatedTL.MLNet.Weights;

/// <summary>A parameter or buffer that a network wants from a weights file.</summary>
/// <param name="Name">Its name in the network.</param>
/// <param name="Shape">Its dimensions, outermost first.</param>
/// <param name="IsInputStem">
/// Whether it is the weight of the first convolution, [out, in, ...], which can be adapted to other input channels.
/// </param>
/// <param name="IsHead">Whether it belongs to the classification head, which may be replaced for other classes.</param>
internal sealed record ExpectedTensor(string Name, IReadOnlyList<long> Shape, bool IsInputStem = false, bool IsHead = false);
