namespace TruncatedTL.MLNet.Weights.Safetensors;

/// <summary>One tensor as the header of a safetensors file describes it.</summary>
/// <param name="Name">Name of the tensor.</param>
/// <param name="ElementType">Type of one element.</param>
/// <param name="Shape">Dimensions, outermost first.</param>
/// <param name="Begin">First byte, counted from the end of the header.</param>
/// <param name="End">The byte after the last, counted from the end of the header.</param>
internal sealed record SafetensorsEntry(string Name, TensorElementType ElementType, long[] Shape, long Begin, long End);
