using TruncatedTL.MLNet.Backbones;
using DataType = TruncatedTL.MLNet.Onnx.Schema.TensorProto.Types.DataType;

namespace TruncatedTL.MLNet.Onnx;

/// <summary>Decides in which form a layer reads the value of another one. This one: as it is.</summary>
internal class ActivationWriter
{
    /// <summary>The name to read instead of a value's own.</summary>
    public virtual string Read(OnnxValue value) => value.Name;

    /// <summary>Says that a value consists of values of another one, as a maximum does.</summary>
    public virtual void ShareRange(string value, string source)
    {
    }

    /// <summary>The weights and the bias of a convolution that reads a value, in 8 bits; null where they are to be written as trained.</summary>
    public virtual (string Weight, string? Bias)? Parameters(OnnxValue input, Convolution convolution, ReadOnlyMemory<byte> weight, float[]? bias) => null;
}

/// <summary>Adds an output that tells of each activation that layers read, image by image, its lowest and its highest value and its mean in each channel.</summary>
/// <param name="graph">The graph.</param>
internal sealed class ActivationRecorder(OnnxGraphBuilder graph) : ActivationWriter
{
    private readonly List<(string Name, int Channels)> _activations = [];
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private readonly List<string> _facts = [];

    /// <summary>The activations in the order of the output, and the channels of each.</summary>
    public IReadOnlyList<(string Name, int Channels)> Activations => _activations;

    /// <inheritdoc/>
    public override string Read(OnnxValue value)
    {
        if (_known.Add(value.Name))
        {
            _activations.Add((value.Name, value.Shape.Channels));
            graph.RequireReductionAxes();
            Add("ReduceMin", 1);
            Add("ReduceMax", 1);
            Add("ReduceMean", 2);
        }

        return value.Name;

        void Add(string operation, int firstAxis)
        {
            var axes = graph.AddInt64($"{operation}.axes", [.. Enumerable.Range(firstAxis, value.Rank - firstAxis).Select(axis => (long)axis)]);
            var fact = graph.AddNode(operation, $"{value.Name}.{operation}", [value.Name, axes]);
            _facts.Add(graph.AddNode("Flatten", $"{fact}.flat", [fact], attributes: OnnxAttribute.Of("axis", 1)));
        }
    }

    /// <summary>Writes the output, [N, length]: lowest value, highest value and means of the first activation, then of the next.</summary>
    public void WriteOutput(string name)
    {
        graph.AddOutput(graph.ReserveOutput(name), DataType.Float, [_activations.Sum(activation => 2L + activation.Channels)]);
        graph.AddNode("Concat", name, _facts, name, OnnxAttribute.Of("axis", 1));
    }
}
