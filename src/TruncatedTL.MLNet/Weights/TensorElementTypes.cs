namespace TruncatedTL.MLNet.Weights;

/// <summary>What is known about each <see cref="TensorElementType"/>.</summary>
internal static class TensorElementTypes
{
    /// <summary>Size of one element in bytes.</summary>
    public static int SizeBytes(this TensorElementType elementType) => elementType switch
    {
        TensorElementType.Int8 or TensorElementType.UInt8 or TensorElementType.Bool => 1,
        TensorElementType.Float16 or TensorElementType.BFloat16 or TensorElementType.Int16 or TensorElementType.UInt16 => 2,
        TensorElementType.Float32 or TensorElementType.Int32 or TensorElementType.UInt32 => 4,
        TensorElementType.Float64 or TensorElementType.Int64 or TensorElementType.UInt64 => 8,
        _ => throw new ArgumentOutOfRangeException(nameof(elementType), elementType, "Unknown tensor element type."),
    };

    /// <summary>Whether the type is one of the four floating-point types.</summary>
    public static bool IsFloatingPoint(this TensorElementType elementType) =>
        elementType is TensorElementType.Float32 or TensorElementType.Float64
            or TensorElementType.Float16 or TensorElementType.BFloat16;
}
