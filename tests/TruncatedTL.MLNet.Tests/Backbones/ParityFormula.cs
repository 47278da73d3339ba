using System.Text;
using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Networks;
using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Tests.Backbones;

/// <summary>
/// Weights and inputs that every implementation can compute for itself: value i of tensor "name" is sin(0.37 i + h(name)),
/// scaled by what the tensor is for.
/// </summary>
internal static class ParityFormula
{
    /// <summary>The images: sin(0.013 i), float32.</summary>
    public static Tensor Input(IReadOnlyList<long> shape)
    {
        using var scope = NewDisposeScope();
        var count = shape.Aggregate(1L, (product, length) => product * length);
        return arange(0, count, dtype: ScalarType.Float64).mul(0.013).sin().to(ScalarType.Float32).reshape(shape.ToArray()).MoveToOuterDisposeScope();
    }

    /// <summary>Overwrites all tensors of a network with the formula's.</summary>
    public static void Fill(TransferNetwork network)
    {
        using var gradients = no_grad();
        foreach (var parameter in network.Specification.Parameters())
        {
            using var value = Value(parameter);
            network.State[parameter.Name].copy_(value);
        }
    }

    /// <summary>One tensor of the formula: float32, or int64 for counts.</summary>
    public static Tensor Value(ParameterSpecification parameter)
    {
        using var scope = NewDisposeScope();
        var shape = parameter.Shape.ToArray();
        var count = shape.Aggregate(1L, (product, length) => product * length);
        var s = arange(0, count, dtype: ScalarType.Float64).mul_(0.37).add_(Phase(parameter.Name)).sin_();
        var fanIn = shape.Skip(1).Aggregate(1L, (product, length) => product * length);
        var value = parameter.Kind switch
        {
            ParameterKind.ConvolutionWeight or ParameterKind.LinearWeight => s.mul_(Math.Sqrt(2.0 / fanIn) * 0.9).to(ScalarType.Float32),
            ParameterKind.Bias or ParameterKind.RunningMean => s.mul_(0.1).to(ScalarType.Float32),
            ParameterKind.NormalizationWeight => s.mul_(0.1).add_(1).to(ScalarType.Float32),
            ParameterKind.RunningVariance => s.abs_().mul_(0.5).add_(1).to(ScalarType.Float32),
            ParameterKind.BatchCount => zeros(shape, ScalarType.Int64),
            _ => throw new InvalidOperationException($"The formula says nothing about {parameter.Kind}."),
        };
        return value.reshape(shape).MoveToOuterDisposeScope();
    }

    // h(name): the bytes weighted by their position from 1, modulo 1000.
    private static int Phase(string name) => Encoding.UTF8.GetBytes(name).Select((value, j) => (j + 1) * value).Sum() % 1000;
}
