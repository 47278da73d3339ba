namespace TruncatedTL.MLNet.Weights.Safetensors;

/// <summary>The element type names of the safetensors format.</summary>
internal static class SafetensorsElementTypes
{
    /// <summary>The name the format gives to an element type.</summary>
    public static string ToName(TensorElementType elementType) => elementType switch
    {
        TensorElementType.Float32 => "F32",
        TensorElementType.Float64 => "F64",
        TensorElementType.Float16 => "F16",
        TensorElementType.BFloat16 => "BF16",
        TensorElementType.Int8 => "I8",
        TensorElementType.UInt8 => "U8",
        TensorElementType.Int16 => "I16",
        TensorElementType.UInt16 => "U16",
        TensorElementType.Int32 => "I32",
        TensorElementType.UInt32 => "U32",
        TensorElementType.Int64 => "I64",
        TensorElementType.UInt64 => "U64",
        TensorElementType.Bool => "BOOL",
        _ => throw new ArgumentOutOfRangeException(nameof(elementType), elementType, "Unknown tensor element type."),
    };

    /// <summary>The element type of a name; false where it is none that this library reads.</summary>
    public static bool TryParse(string name, out TensorElementType elementType)
    {
        foreach (var candidate in Enum.GetValues<TensorElementType>())
        {
            if (ToName(candidate) == name)
            {
                elementType = candidate;
                return true;
            }
        }

        elementType = default;
        return false;
    }
}
