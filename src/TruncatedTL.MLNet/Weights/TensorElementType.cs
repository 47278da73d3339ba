namespace TruncatedTL.MLNet.Weights;

/// <summary>The type of one element of a <see cref="TensorData"/>.</summary>
public enum TensorElementType
{
    /// <summary>IEEE 754 binary32, 4 bytes.</summary>
    Float32,

    /// <summary>IEEE 754 binary64, 8 bytes.</summary>
    Float64,

    /// <summary>IEEE 754 binary16, 2 bytes: 5 exponent bits, 10 fraction bits.</summary>
    Float16,

    /// <summary>Brain floating point, 2 bytes: the upper half of a <see cref="Float32"/>.</summary>
    BFloat16,

    /// <summary>Signed integer, 1 byte.</summary>
    Int8,

    /// <summary>Unsigned integer, 1 byte.</summary>
    UInt8,

    /// <summary>Signed integer, 2 bytes.</summary>
    Int16,

    /// <summary>Unsigned integer, 2 bytes.</summary>
    UInt16,

    /// <summary>Signed integer, 4 bytes.</summary>
    Int32,

    /// <summary>Unsigned integer, 4 bytes.</summary>
    UInt32,

    /// <summary>Signed integer, 8 bytes.</summary>
    Int64,

    /// <summary>Unsigned integer, 8 bytes.</summary>
    UInt64,

    /// <summary>Truth value, 1 byte; 0 is false, every other value is true.</summary>
    Bool,
}
