using System.Runtime.InteropServices;
using TruncatedTL.MLNet.Backbones;

namespace TruncatedTL.MLNet.Onnx;

/// <summary>Writes layer trees as ONNX nodes: the twin of the TorchSharp interpreter, for inference (batch normalisation uses the running statistics).</summary>
/// <param name="graph">The graph.</param>
/// <param name="tensors">Parameters and buffers.</param>
/// <param name="constants">How constants are stored.</param>
/// <param name="activations">In which form layers read one another's values.</param>
/// <param name="foldBatchNormalization">Writes a convolution and the batch normalisation behind it as one convolution.</param>
internal sealed class LayerWriter(OnnxGraphBuilder graph, ExportTensors tensors, ConstantWriter constants, ActivationWriter activations, bool foldBatchNormalization)
{
    private readonly LayerCounter _shapes = new();

    /// <summary>Writes layers one after the other.</summary>
    /// <param name="parts">The layers, each with the name of the unit it belongs to, which begins the names of nodes without a name of their own.</param>
    /// <param name="input">What the first one reads, [N, C, ...].</param>
    /// <returns>What the last one puts out; the input itself if all are the identity.</returns>
    /// <exception cref="OnnxExportException">A tensor is missing or unfit, or a layer has no ONNX rule.</exception>
    public OnnxValue Write(IEnumerable<(string Unit, Layer Layer)> parts, OnnxValue input)
    {
        var steps = parts.SelectMany(part => Flatten(part.Unit, part.Layer)).ToArray();
        var current = input;
        for (var index = 0; index < steps.Length; index++)
        {
            var (unit, layer) = steps[index];
            if (foldBatchNormalization
                && layer is Convolution convolution
                && index + 1 < steps.Length
                && steps[index + 1].Layer is BatchNormalization normalization)
            {
                current = WriteFolded(convolution, normalization, current);
                index++;
            }
            else
            {
                current = WriteLayer(unit, layer, current);
            }
        }

        return current;
    }

    // Sequences only nest: flattened, a convolution and its normalisation are neighbours wherever the definition draws the line between units.
    private static IEnumerable<(string Unit, Layer Layer)> Flatten(string unit, Layer layer) =>
        layer is Sequence sequence ? sequence.Layers.SelectMany(inner => Flatten(unit, inner)) : [(unit, layer)];

    private OnnxValue WriteLayer(string unit, Layer layer, OnnxValue input) => layer switch
    {
        Convolution c => WriteConvolution(c, input),
        BatchNormalization n => WriteNormalization(n, input),
        Activation a => input with { Name = WriteActivation(unit, a.Kind, input) },
        Pooling p => WritePooling(unit, p, input),
        GlobalAveragePooling g => Node(g, "GlobalAveragePool", $"{unit}.globalpool", input),
        ZeroPadChannels z => WriteZeroPadding(unit, z, input),
        Branches b => WriteBranches(unit, b, input),
        _ => throw new OnnxExportException($"The layer type {layer.GetType().Name} has no ONNX rule."),
    };

    private OnnxValue WriteConvolution(Convolution c, OnnxValue input)
    {
        var bias = c.Bias ? tensors.Values($"{c.Name}.bias", [c.OutputChannels]) : null;
        return Convolve(c, input, _shapes.Apply(c, input.Shape), tensors.Bytes($"{c.Name}.weight", c.WeightShape), bias);
    }

    private OnnxValue WriteFolded(Convolution c, BatchNormalization n, OnnxValue input)
    {
        var (weight, bias) = BatchNormalizationFolding.Fold(c, n, tensors);
        return Convolve(c, input, _shapes.Apply(n, _shapes.Apply(c, input.Shape)), MemoryMarshal.AsBytes<float>(weight).ToArray(), bias);
    }

    private OnnxValue Convolve(Convolution c, OnnxValue input, FeatureShape shape, ReadOnlyMemory<byte> weight, float[]? bias)
    {
        var source = activations.Read(input);
        var (weightName, biasName) = activations.Parameters(input, c, weight, bias)
            ?? (constants.Weight($"{c.Name}.weight", c.WeightShape, weight), bias is null ? null : constants.Vector($"{c.Name}.bias", bias));
        IEnumerable<string> inputs = biasName is null ? [source, weightName] : [source, weightName, biasName];
        var name = graph.AddNode("Conv", c.Name, inputs, attributes:
        [
            OnnxAttribute.Of("kernel_shape", c.Kernel),
            OnnxAttribute.Of("strides", c.Stride),
            OnnxAttribute.Of("pads", BothEnds(c.Padding)),
            OnnxAttribute.Of("dilations", c.Dilation),
            OnnxAttribute.Of("group", c.Groups),
        ]);
        return new OnnxValue(name, shape);
    }

    private OnnxValue WriteNormalization(BatchNormalization n, OnnxValue input)
    {
        var shape = _shapes.Apply(n, input.Shape);
        string[] parameters = ["weight", "bias", "running_mean", "running_var"];
        var vectors = parameters.Select(p => constants.Vector($"{n.Name}.{p}", tensors.Values($"{n.Name}.{p}", [n.Channels]))).ToArray();
        var name = graph.AddNode("BatchNormalization", n.Name, [activations.Read(input), .. vectors], attributes: OnnxAttribute.Of("epsilon", n.Epsilon));
        return new OnnxValue(name, shape);
    }

    private string WriteActivation(string unit, ActivationKind kind, OnnxValue input)
    {
        // Runtimes draw these into the layer before, whose own value nobody else reads.
        switch (kind)
        {
            case ActivationKind.Relu:
                return graph.AddNode("Relu", $"{unit}.relu", [input.Name]);
            case ActivationKind.Relu6:
                return graph.AddNode("Clip", $"{unit}.relu6", [input.Name, graph.AddScalar("relu6.lowest", 0), graph.AddScalar("relu6.highest", 6)]);
        }

        var source = activations.Read(input);
        switch (kind)
        {
            case ActivationKind.Sigmoid:
                return graph.AddNode("Sigmoid", $"{unit}.sigmoid", [source]);
            case ActivationKind.Silu:
                var gate = graph.AddNode("Sigmoid", $"{unit}.silu.sigmoid", [source]);
                return graph.AddNode("Mul", $"{unit}.silu", [source, gate]);
            default:
                throw new OnnxExportException($"The activation {kind} has no ONNX rule.");
        }
    }

    private OnnxValue WritePooling(string unit, Pooling p, OnnxValue input)
    {
        var shape = _shapes.Apply(p, input.Shape);
        var window = new[]
        {
            OnnxAttribute.Of("kernel_shape", p.Kernel),
            OnnxAttribute.Of("strides", p.Stride),
            OnnxAttribute.Of("pads", BothEnds(p.Padding)),
        };
        var source = activations.Read(input);
        var name = p.Kind switch
        {
            PoolingKind.Max => graph.AddNode("MaxPool", $"{unit}.maxpool", [source], attributes: window),
            // PyTorch's mean counts the padding's zeros.
            PoolingKind.Average => graph.AddNode("AveragePool", $"{unit}.avgpool", [source], attributes: [.. window, OnnxAttribute.Of("count_include_pad", 1)]),
            _ => throw new OnnxExportException($"{p.Kind} pooling has no ONNX rule."),
        };
        if (p.Kind == PoolingKind.Max)
        {
            activations.ShareRange(name, input.Name);
        }

        return new OnnxValue(name, shape);
    }

    private OnnxValue WriteZeroPadding(string unit, ZeroPadChannels z, OnnxValue input)
    {
        var missing = z.Channels - input.Shape.Channels;
        if (missing < 0)
        {
            throw new OnnxExportException($"A layer of '{unit}' pads to {z.Channels} channels but receives {input.Shape.Channels}.");
        }

        if (missing == 0)
        {
            return input;
        }

        // Begins of all axes, then ends: [N, C, ...].
        var pads = new long[2 * input.Rank];
        pads[input.Rank + 1] = missing;
        var padsName = graph.AddInt64($"{unit}.pad.pads", pads);
        return Node(z, "Pad", $"{unit}.pad", input, padsName);
    }

    private OnnxValue WriteBranches(string unit, Branches b, OnnxValue input)
    {
        var results = b.Paths.Select(path => activations.Read(Write([(unit, path)], input))).ToArray();
        var name = b.Combination switch
        {
            BranchCombination.Concatenate => graph.AddNode("Concat", $"{unit}.concat", results, attributes: OnnxAttribute.Of("axis", 1)),
            // In pairs: runtimes fuse a convolution with an Add of two, not with a Sum.
            BranchCombination.Sum => results.Aggregate((left, right) => graph.AddNode("Add", $"{unit}.add", [left, right])),
            BranchCombination.Multiply => results.Aggregate((left, right) => graph.AddNode("Mul", $"{unit}.mul", [left, right])),
            _ => throw new OnnxExportException($"The combination {b.Combination} of branches has no ONNX rule."),
        };
        return new OnnxValue(name, _shapes.Apply(b, input.Shape));
    }

    private OnnxValue Node(Layer layer, string operation, string name, OnnxValue input, params IEnumerable<string> constantNames) =>
        new(graph.AddNode(operation, name, [activations.Read(input), .. constantNames]), _shapes.Apply(layer, input.Shape));

    private static IEnumerable<int> BothEnds(IReadOnlyList<int> padding) => [.. padding, .. padding];
}
