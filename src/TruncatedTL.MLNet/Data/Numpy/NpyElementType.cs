namespace TruncatedTL.MLNet.Data.Numpy;

/// <summary>What one element of a NumPy array is.</summary>
public enum NpyElementType
{
    /// <summary>NumPy <c>bool</c> (<c>|b1</c>), read as <see cref="bool"/>.</summary>
    Boolean,

    /// <summary>NumPy <c>uint8</c> (<c>|u1</c>), read as <see cref="byte"/>.</summary>
    UInt8,

    /// <summary>NumPy <c>int8</c> (<c>|i1</c>), read as <see cref="sbyte"/>.</summary>
    Int8,

    /// <summary>NumPy <c>uint16</c>, read as <see cref="ushort"/>.</summary>
    UInt16,

    /// <summary>NumPy <c>int16</c>, read as <see cref="short"/>.</summary>
    Int16,

    /// <summary>NumPy <c>uint32</c>, read as <see cref="uint"/>.</summary>
    UInt32,

    /// <summary>NumPy <c>int32</c>, read as <see cref="int"/>.</summary>
    Int32,

    /// <summary>NumPy <c>uint64</c>, read as <see cref="ulong"/>.</summary>
    UInt64,

    /// <summary>NumPy <c>int64</c>, read as <see cref="long"/>.</summary>
    Int64,

    /// <summary>NumPy <c>float16</c>, read as <see cref="Half"/>.</summary>
    Float16,

    /// <summary>NumPy <c>float32</c>, read as <see cref="float"/>.</summary>
    Float32,

    /// <summary>NumPy <c>float64</c>, read as <see cref="double"/>.</summary>
    Float64,

    /// <summary>Fixed-width text: NumPy <c>str_</c> (<c>U</c>) or <c>bytes_</c> (<c>S</c>), read as <see cref="string"/>.</summary>
    Text,
}
