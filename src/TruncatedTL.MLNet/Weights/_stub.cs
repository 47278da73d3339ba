namespace TruncatedTL.MLNet.Weights;
public enum TensorElementType { Float32, Float64, Float16, BFloat16, Int8, UInt8, Int16, Int32, Int64, Bool }
public sealed class TensorData(TensorElementType elementType, IReadOnlyList<long> shape, ReadOnlyMemory<byte> bytes)
{
    public TensorElementType ElementType { get; } = elementType;
    public IReadOnlyList<long> Shape { get; } = shape;
    public ReadOnlyMemory<byte> Bytes { get; } = bytes;
    public float[] ToSingle() => System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(Bytes.Span).ToArray();
    public static TensorData FromSingle(IReadOnlyList<long> shape, ReadOnlySpan<float> values) => new(TensorElementType.Float32, shape, System.Runtime.InteropServices.MemoryMarshal.AsBytes(values).ToArray());
    public static TensorData FromInt64(IReadOnlyList<long> shape, ReadOnlySpan<long> values) => new(TensorElementType.Int64, shape, System.Runtime.InteropServices.MemoryMarshal.AsBytes(values).ToArray());
}
