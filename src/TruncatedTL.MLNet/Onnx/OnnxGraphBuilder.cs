using System.Runtime.InteropServices;
using Google.Protobuf;
using TruncatedTL.MLNet.Onnx.Schema;
using DataType = TruncatedTL.MLNet.Onnx.Schema.TensorProto.Types.DataType;

namespace TruncatedTL.MLNet.Onnx;

/// <summary>
/// Collects the nodes and constants of one graph and gives the model. The same calls give the same bytes. Tensors' memory is
/// referenced, not copied, and must not change before the model is written.
/// </summary>
/// <param name="graphName">Name of the graph.</param>
internal sealed class OnnxGraphBuilder(string graphName)
{
    /// <summary>The operator set that every node but Resize is happy with; old runtimes know it.</summary>
    public const int BaseOperatorSet = 17;

    /// <summary>The first operator set whose Resize has antialiasing, and axes, so that the batch may stay free; reductions changed with it.</summary>
    public const int ResizeOperatorSet = 18;

    private const int IrVersion = 8;

    private readonly GraphProto _graph = new() { Name = graphName };
    private readonly OnnxNames _values = new();
    private readonly OnnxNames _nodes = new();
    private readonly Dictionary<string, string> _scalars = new(StringComparer.Ordinal);
    private long _initializerBytes;
    private (string Name, long Bytes) _largest = ("", 0);
    private int _operatorSet = BaseOperatorSet;

    /// <summary>Takes the name of an output before any node could get it.</summary>
    public string ReserveOutput(string name) => _values.Reserve(name);

    /// <summary>Adds an input of shape [N, ...] with N free.</summary>
    public string AddInput(string name, DataType element, IEnumerable<long> shapeWithoutBatch)
    {
        _graph.Input.Add(Describe(_values.Reserve(name), element, shapeWithoutBatch));
        return name;
    }

    /// <summary>Adds an input of exactly this shape, without a batch.</summary>
    public string AddSingleInput(string name, DataType element, IEnumerable<long> shape)
    {
        _graph.Input.Add(Describe(_values.Reserve(name), element, shape, hasBatch: false));
        return name;
    }

    /// <summary>Declares a reserved name, which a node computes, as output of exactly this shape, without a batch.</summary>
    public void AddSingleOutput(string name, DataType element, IEnumerable<long> shape) =>
        _graph.Output.Add(Describe(name, element, shape, hasBatch: false));

    /// <summary>Declares a reserved name, which a node computes, as output of shape [N, ...].</summary>
    public void AddOutput(string name, DataType element, IEnumerable<long> shapeWithoutBatch) =>
        _graph.Output.Add(Describe(name, element, shapeWithoutBatch));

    /// <summary>Adds a node with one output.</summary>
    /// <param name="operation">The operator, e.g. <c>Conv</c>.</param>
    /// <param name="name">Wished name of the node and of its result.</param>
    /// <param name="inputs">Names of its inputs; empty for an omitted one.</param>
    /// <param name="output">A reserved name for the result; null makes one from <paramref name="name"/>.</param>
    /// <param name="attributes">Its attributes.</param>
    /// <returns>The name of the result.</returns>
    public string AddNode(string operation, string name, IEnumerable<string> inputs, string? output = null, params IEnumerable<AttributeProto> attributes)
    {
        var node = new NodeProto { OpType = operation, Name = _nodes.Unique(name) };
        node.Input.Add(inputs);
        node.Output.Add(output ?? _values.Unique(name));
        node.Attribute.Add(attributes);
        _graph.Node.Add(node);
        return node.Output[0];
    }

    /// <summary>Adds single-precision constants.</summary>
    /// <param name="name">Wished name.</param>
    /// <param name="shape">Shape.</param>
    /// <param name="bytes">Values, little-endian, row-major.</param>
    /// <returns>The name in the graph.</returns>
    public string AddFloat32(string name, IEnumerable<long> shape, ReadOnlyMemory<byte> bytes) => AddTensor(name, DataType.Float, shape, bytes);

    /// <inheritdoc cref="AddFloat32(string, IEnumerable{long}, ReadOnlyMemory{byte})"/>
    public string AddFloat32(string name, IEnumerable<long> shape, ReadOnlySpan<float> values) =>
        AddTensor(name, DataType.Float, shape, MemoryMarshal.AsBytes(values).ToArray());

    /// <summary>Adds constants that are stored in half precision and widened by a node; returns the name of the single-precision result.</summary>
    public string AddFloat16(string name, IEnumerable<long> shape, ReadOnlySpan<Half> values)
    {
        var stored = AddConstant($"{name}.float16", DataType.Float16, shape, MemoryMarshal.AsBytes(values).ToArray());
        return AddNode("Cast", name, [stored], attributes: OnnxAttribute.Of("to", (long)DataType.Float));
    }

    /// <summary>Adds constants of any type as the value of a node, not as an initializer: ML.NET reads the types of all initializers and refuses some.</summary>
    public string AddConstant(string name, DataType element, IEnumerable<long> shape, ReadOnlyMemory<byte> bytes)
    {
        var tensor = CreateTensor(name, element, shape, bytes);
        return AddNode("Constant", tensor.Name, [], tensor.Name, OnnxAttribute.Of("value", tensor));
    }

    /// <summary>Adds integer constants, a vector.</summary>
    public string AddInt64(string name, IReadOnlyList<long> values) =>
        AddTensor(name, DataType.Int64, [values.Count], MemoryMarshal.AsBytes<long>(values.ToArray()).ToArray());

    /// <summary>A single-precision scalar; equal names share one constant.</summary>
    public string AddScalar(string name, float value)
    {
        if (!_scalars.TryGetValue(name, out var existing))
        {
            existing = AddFloat32(name, [], [value]);
            _scalars.Add(name, existing);
        }

        return existing;
    }

    /// <summary>Raises the operator set to the one that Resize with axes needs.</summary>
    public void RequireResize() => _operatorSet = ResizeOperatorSet;

    /// <summary>Raises the operator set to the one in which all reductions take their axes as an input, as the sum does from 13 on.</summary>
    public void RequireReductionAxes() => _operatorSet = ResizeOperatorSet;

    /// <summary>The model.</summary>
    /// <param name="metadata">Facts that the file carries.</param>
    /// <exception cref="OnnxExportException">The model is too long for one file.</exception>
    public ModelProto Build(IReadOnlyDictionary<string, string> metadata)
    {
        var assembly = typeof(OnnxGraphBuilder).Assembly.GetName();
        var model = new ModelProto
        {
            IrVersion = IrVersion,
            ProducerName = "TruncatedTL.MLNet",
            ProducerVersion = assembly.Version?.ToString(fieldCount: 3) ?? "",
            Graph = _graph,
        };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = _operatorSet });
        foreach (var (key, value) in metadata.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            model.MetadataProps.Add(new StringStringEntryProto { Key = key, Value = value });
        }

        OnnxSizeLimit.Require(UpperBoundBytes(model), _largest.Name);
        return model;
    }

    // Protobuf counts lengths with 32 bits, which a model that is too long would overflow, so it is counted here, part by part.
    private long UpperBoundBytes(ModelProto model)
    {
        IEnumerable<IMessage> records = [.. _graph.Node, .. _graph.Input, .. _graph.Output, .. model.MetadataProps];
        return _initializerBytes + OnnxSizeLimit.OfRecord(graphName, 0) + records.Sum(r => OnnxSizeLimit.OfRecord("", r.CalculateSize()));
    }

    private string AddTensor(string name, DataType element, IEnumerable<long> shape, ReadOnlyMemory<byte> bytes)
    {
        var tensor = CreateTensor(name, element, shape, bytes);
        _graph.Initializer.Add(tensor);
        _initializerBytes += OnnxSizeLimit.OfRecord(tensor.Name, bytes.Length);
        return tensor.Name;
    }

    private TensorProto CreateTensor(string name, DataType element, IEnumerable<long> shape, ReadOnlyMemory<byte> bytes)
    {
        var tensor = new TensorProto
        {
            Name = _values.Unique(name),
            DataType = element,
            RawData = UnsafeByteOperations.UnsafeWrap(bytes),
        };
        tensor.Dims.Add(shape);
        if (bytes.Length > _largest.Bytes)
        {
            _largest = (tensor.Name, bytes.Length);
        }

        return tensor;
    }

    private static ValueInfoProto Describe(string name, DataType element, IEnumerable<long> shapeWithoutBatch, bool hasBatch = true)
    {
        var shape = new TensorShapeProto();
        if (hasBatch)
        {
            shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimParam = "N" });
        }

        shape.Dim.Add(shapeWithoutBatch.Select(length => new TensorShapeProto.Types.Dimension { DimValue = length }));
        var tensor = new TypeProto.Types.Tensor { ElemType = element, Shape = shape };
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = tensor } };
    }
}
