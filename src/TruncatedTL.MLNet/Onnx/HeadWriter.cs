using System.Runtime.InteropServices;
using TruncatedTL.MLNet.Networks;
using TruncatedTL.MLNet.Strategies;

namespace TruncatedTL.MLNet.Onnx;

/// <summary>Writes the head: pooling, linear layer, outputs.</summary>
/// <param name="graph">The graph, in which the outputs' names are reserved.</param>
/// <param name="tensors">Parameters.</param>
/// <param name="constants">How constants are stored.</param>
internal sealed class HeadWriter(OnnxGraphBuilder graph, ExportTensors tensors, ConstantWriter constants)
{
    /// <summary>Writes the head on the features at the cut, [N, C', ...].</summary>
    public void Write(NetworkSpecification specification, OnnxValue features, OnnxExportOptions options)
    {
        var pooled = Pool(specification.Pooling, features, options.FeaturesName);
        WriteLinear(specification, pooled, options);
        if (options.ProbabilitiesName is { } probabilities)
        {
            _ = specification.Outputs == 1
                ? graph.AddNode("Sigmoid", "head.sigmoid", [options.LogitsName], probabilities)
                : graph.AddNode("Softmax", "head.softmax", [options.LogitsName], probabilities, OnnxAttribute.Of("axis", 1));
        }
    }

    private string Pool(HeadPooling pooling, OnnxValue features, string? output)
    {
        switch (pooling)
        {
            case HeadPooling.Flatten:
                return Flatten(features.Name, output);
            case HeadPooling.Average:
                return Flatten(Average(features.Name), output);
            case HeadPooling.AverageAndMax:
                var maximum = graph.AddNode("GlobalMaxPool", "head.max", [features.Name]);
                var both = graph.AddNode("Concat", "head.concat", [Average(features.Name), maximum], attributes: OnnxAttribute.Of("axis", 1));
                return Flatten(both, output);
            default:
                throw new OnnxExportException($"The head pooling {pooling} has no ONNX rule.");
        }
    }

    private void WriteLinear(NetworkSpecification specification, string pooled, OnnxExportOptions options)
    {
        IReadOnlyList<long> weightShape = [specification.Outputs, specification.HeadFeatures];
        var weight = tensors.Bytes(specification.HeadWeightName, weightShape);
        var bias = tensors.Values(specification.HeadBiasName, [specification.Outputs]);
        if (options.HeadAdjustment is not null || options.Calibration is not null)
        {
            var adjustment = options.HeadAdjustment ?? new HeadAdjustment(1, new double[specification.Outputs]);
            (var adjusted, bias) = (adjustment with { Calibration = options.Calibration }).Apply(MemoryMarshal.Cast<byte, float>(weight.Span), bias);
            weight = MemoryMarshal.AsBytes<float>(adjusted).ToArray();
        }

        string[] inputs = [pooled, constants.Weight(specification.HeadWeightName, weightShape, weight), constants.Vector(specification.HeadBiasName, bias)];
        graph.AddNode("Gemm", specification.Plan.Backbone.HeadName, inputs, options.LogitsName, OnnxAttribute.Of("transB", 1));
    }

    private string Average(string features) => graph.AddNode("GlobalAveragePool", "head.average", [features]);

    private string Flatten(string input, string? output) =>
        graph.AddNode("Flatten", "head.flatten", [input], output, OnnxAttribute.Of("axis", 1));
}
