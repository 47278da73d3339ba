using TruncatedTL.MLNet.Backbones;
using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Networks;

/// <summary>
/// Random initial values: convolutions Kaiming-normal over the outputs (as torchvision's ResNets), the linear layer
/// Kaiming-normal over the inputs, normalisations the identity, biases zero.
/// </summary>
internal static class ParameterInitializer
{
    /// <summary>Creates the initial tensor on the CPU.</summary>
    public static Tensor Create(ParameterSpecification parameter, int seed)
    {
        var shape = parameter.Shape.ToArray();
        switch (parameter.Kind)
        {
            case ParameterKind.ConvolutionWeight:
                var fanOut = shape[0] * shape.Skip(2).Aggregate(1L, (product, length) => product * length);
                return Normal(parameter.Name, shape, Math.Sqrt(2.0 / fanOut), seed);
            case ParameterKind.LinearWeight:
                return Normal(parameter.Name, shape, Math.Sqrt(2.0 / shape[1]), seed);
            case ParameterKind.NormalizationWeight or ParameterKind.RunningVariance:
                return ones(shape);
            case ParameterKind.Bias or ParameterKind.RunningMean:
                return zeros(shape);
            case ParameterKind.BatchCount:
                return zeros(shape, ScalarType.Int64);
            default:
                throw new InvalidOperationException($"No initial value is defined for {parameter.Kind}.");
        }
    }

    private static Tensor Normal(string name, long[] shape, double standardDeviation, int seed)
    {
        using var generator = new Generator(StableHash(name, seed), CPU);
        return randn(shape, generator: generator).mul_(standardDeviation);
    }

    // FNV-1a: string.GetHashCode differs from process to process.
    private static ulong StableHash(string name, int seed)
    {
        var hash = 14695981039346656037UL ^ (uint)seed;
        foreach (var character in name)
        {
            hash = (hash ^ character) * 1099511628211UL;
        }

        return hash;
    }
}
