namespace TruncatedTL.MLNet.Onnx;

/// <summary>
/// An additional output: how far the features at the cut, averaged over space, lie from the nearest of several points. With x the features it is
/// <c>Scale * (smallest Euclidean distance of Whitening (x - Centre) to a row of Means) + Offset</c>, [N, 1]; what is not a number
/// counts as infinitely far.
/// </summary>
/// <param name="OutputName">Name of the output.</param>
/// <param name="Centre">[D], D being the channels at the cut.</param>
/// <param name="Whitening">[D, D], row-major.</param>
/// <param name="Means">[C, D], row-major.</param>
/// <param name="Scale">Factor, finite.</param>
/// <param name="Offset">What is added, finite.</param>
internal sealed record OnnxDistance(
    string OutputName,
    IReadOnlyList<double> Centre,
    IReadOnlyList<double> Whitening,
    IReadOnlyList<double> Means,
    double Scale,
    double Offset);
