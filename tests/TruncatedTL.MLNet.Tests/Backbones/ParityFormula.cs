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
            using var scope = NewDisposeScope();
            var target = network.State[parameter.Name];
            target.copy_(parameter.Kind == ParameterKind.BatchCount ? zeros_like(target) : Value(parameter).reshape(target.shape));
        }
    }

    private static Tensor Value(ParameterSpecification parameter)
    {
        var count = parameter.Shape.Aggregate(1L, (product, length) => product * length);
        var s = arange(0, count, dtype: ScalarType.Float64).mul_(0.37).add_(Phase(parameter.Name)).sin_();
        switch (parameter.Kind)
        {
            case ParameterKind.ConvolutionWeight or ParameterKind.LinearWeight:
                var fanIn = parameter.Shape.Skip(1).Aggregate(1L, (product, length) => product * length);
                return s.mul_(Math.Sqrt(2.0 / fanIn) * 0.9);
            case ParameterKind.Bias or ParameterKind.RunningMean:
                return s.mul_(0.1);
            case ParameterKind.NormalizationWeight:
                return s.mul_(0.1).add_(1);
            case ParameterKind.RunningVariance:
                return s.abs_().mul_(0.5).add_(1);
            default:
                throw new InvalidOperationException($"The formula says nothing about {parameter.Kind}.");
        }
    }

    // h(name): the bytes weighted by their position from 1, modulo 1000.
    private static int Phase(string name) => Encoding.UTF8.GetBytes(name).Select((value, j) => (j + 1) * value).Sum() % 1000;
}
