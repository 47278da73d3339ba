namespace TruncatedTL.MLNet.Weights;

/// <summary>A tensor that the file has under the right name but with another shape than the network's.</summary>
/// <param name="Name">Name of the tensor in the network.</param>
/// <param name="ExpectedShape">Dimensions in the network, outermost first.</param>
/// <param name="FoundShape">Dimensions in the file, outermost first.</param>
public sealed record ShapeMismatch(string Name, IReadOnlyList<long> ExpectedShape, IReadOnlyList<long> FoundShape)
{
    /// <summary>Name and both shapes on one line.</summary>
    public override string ToString() =>
        $"{DisplayText.Clean(Name)}: expected {TensorShape.Format(ExpectedShape)}, found {TensorShape.Format(FoundShape)}";
}
