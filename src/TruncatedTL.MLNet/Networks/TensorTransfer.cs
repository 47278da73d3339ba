using System.Runtime.InteropServices;
using TruncatedTL.MLNet.Weights;
using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Networks;

/// <summary>Copies between managed tensors and TorchSharp's.</summary>
internal static class TensorTransfer
{
    /// <summary>A float32 tensor on the CPU with the same shape.</summary>
    public static Tensor Single(TensorData data) => tensor(data.ToSingle().AsMemory(), data.Shape.ToArray());

    /// <summary>An int64 tensor on the CPU with the same shape.</summary>
    public static Tensor Int64(TensorData data) =>
        tensor(MemoryMarshal.Cast<byte, long>(data.Bytes.Span).ToArray().AsMemory(), data.Shape.ToArray());

    /// <summary>A managed copy, float32 or int64.</summary>
    public static TensorData ToManaged(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        var local = tensor.detach().cpu().contiguous();
        return local.dtype == ScalarType.Int64
            ? TensorData.FromInt64(tensor.shape, local.data<long>().ToArray())
            : TensorData.FromSingle(tensor.shape, local.to(ScalarType.Float32).data<float>().ToArray());
    }
}
