using System.Runtime.InteropServices;

namespace TruncatedTL.MLNet.Onnx;

/// <summary>Writes a network's constants in the chosen precision.</summary>
/// <param name="graph">The graph.</param>
/// <param name="storage">How weights are stored.</param>
internal sealed class ConstantWriter(OnnxGraphBuilder graph, OnnxWeightStorage storage)
{
    /// <summary>A weight (of a convolution or linear layer): stored in half precision if that was chosen and its values allow it.</summary>
    public string Weight(string name, IReadOnlyList<long> shape, ReadOnlyMemory<byte> bytes)
    {
        if (storage == OnnxWeightStorage.Float32)
        {
            return graph.AddFloat32(name, shape, bytes);
        }

        var values = MemoryMarshal.Cast<byte, float>(bytes.Span);
        var halves = new Half[values.Length];
        for (var i = 0; i < halves.Length; i++)
        {
            halves[i] = (Half)values[i];
            if (Half.IsInfinity(halves[i]))
            {
                return graph.AddFloat32(name, shape, bytes);
            }
        }

        return graph.AddFloat16(name, shape, halves);
    }

    /// <summary>A vector (bias, statistics): always single precision.</summary>
    public string Vector(string name, ReadOnlySpan<float> values) => graph.AddFloat32(name, [values.Length], values);
}
