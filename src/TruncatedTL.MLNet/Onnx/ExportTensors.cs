using System.Runtime.InteropServices;
using TruncatedTL.MLNet.Weights;

namespace TruncatedTL.MLNet.Onnx;

/// <summary>The network's tensors as the exporter takes them: every one is checked once, when it is asked for.</summary>
/// <param name="tensors">Tensors by PyTorch name.</param>
internal sealed class ExportTensors(IReadOnlyDictionary<string, TensorData> tensors)
{
    /// <summary>The values of a tensor, row-major.</summary>
    /// <param name="name">PyTorch name.</param>
    /// <param name="shape">The shape that the network's definition gives it.</param>
    /// <exception cref="OnnxExportException">It is missing, has another shape, or holds a value that is not finite.</exception>
    public ReadOnlyMemory<byte> Bytes(string name, IReadOnlyList<long> shape)
    {
        var tensor = Find(name, shape);
        var bytes = tensor.ElementType == TensorElementType.Float32
            ? tensor.Bytes
            : MemoryMarshal.AsBytes<float>(tensor.ToSingle()).ToArray();
        Require(name, shape, MemoryMarshal.Cast<byte, float>(bytes.Span));
        return bytes;
    }

    /// <inheritdoc cref="Bytes"/>
    public float[] Values(string name, IReadOnlyList<long> shape)
    {
        var values = Find(name, shape).ToSingle();
        Require(name, shape, values);
        return values;
    }

    private TensorData Find(string name, IReadOnlyList<long> shape)
    {
        if (!tensors.TryGetValue(name, out var tensor))
        {
            throw new OnnxExportException($"The network's definition needs a tensor '{name}', [{string.Join(", ", shape)}], which was not given.");
        }

        return tensor.Shape.SequenceEqual(shape)
            ? tensor
            : throw new OnnxExportException(
                $"The tensor '{name}' has the shape [{string.Join(", ", tensor.Shape)}]; the network's definition needs [{string.Join(", ", shape)}].");
    }

    private static void Require(string name, IReadOnlyList<long> shape, ReadOnlySpan<float> values)
    {
        if (values.Length != shape.Aggregate(1L, (product, length) => product * length))
        {
            throw new OnnxExportException($"The tensor '{name}' has {values.Length} values; its shape is [{string.Join(", ", shape)}].");
        }

        foreach (var value in values)
        {
            if (!float.IsFinite(value))
            {
                throw new OnnxExportException($"The tensor '{name}' holds a value that is not finite ({value}), as after a training run that diverged; there is no model to export.");
            }
        }
    }
}
