using System.Collections.ObjectModel;
using System.Runtime.InteropServices;

namespace TruncatedTL.MLNet.Weights;

/// <summary>
/// The values of one tensor as they stand in a weights file: contiguous, row-major (the last dimension varies
/// fastest), little endian. An object never changes after it is built and may be shared between threads.
/// </summary>
public sealed class TensorData
{
    /// <summary>Wraps bytes that are already contiguous, row-major and little endian.</summary>
    /// <param name="elementType">Type of one element.</param>
    /// <param name="shape">Dimensions, outermost first; empty for a scalar. Copied.</param>
    /// <param name="bytes">
    /// The element bytes. They are not copied, because weights are large: the caller hands them over and must not
    /// write to them afterwards.
    /// </param>
    /// <exception cref="ArgumentNullException"><paramref name="shape"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="elementType"/> is not a defined value.</exception>
    /// <exception cref="ArgumentException">
    /// A dimension is negative, the rank exceeds 64, the size overflows, or the number of bytes is not the product of
    /// the dimensions times the element size.
    /// </exception>
    public TensorData(TensorElementType elementType, IReadOnlyList<long> shape, ReadOnlyMemory<byte> bytes)
    {
        ArgumentNullException.ThrowIfNull(shape);
        var elementSizeBytes = elementType.SizeBytes();
        var ownShape = shape.ToArray();
        if (ownShape.Length > TensorShape.MaxRank)
        {
            throw new ArgumentException($"A tensor has at most {TensorShape.MaxRank} dimensions, not {ownShape.Length}.", nameof(shape));
        }

        if (!TensorShape.TryGetByteCount(ownShape, elementType, out var byteCount))
        {
            throw new ArgumentException(
                $"{TensorShape.Format(ownShape)} is not a tensor shape: a dimension is negative or the size overflows.", nameof(shape));
        }

        if (byteCount != bytes.Length)
        {
            throw new ArgumentException(
                $"A {elementType} tensor of shape {TensorShape.Format(ownShape)} needs {byteCount} bytes, but {bytes.Length} were given.",
                nameof(bytes));
        }

        ElementType = elementType;
        Shape = new ReadOnlyCollection<long>(ownShape);
        ElementCount = byteCount / elementSizeBytes;
        Bytes = bytes;
    }

    /// <summary>Type of one element.</summary>
    public TensorElementType ElementType { get; }

    /// <summary>Dimensions, outermost first; empty for a scalar.</summary>
    public IReadOnlyList<long> Shape { get; }

    /// <summary>Number of elements: the product of the dimensions, 1 for a scalar.</summary>
    public long ElementCount { get; }

    /// <summary>The element bytes: row-major, little endian, without padding.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>Builds a <see cref="TensorElementType.Float32"/> tensor from a copy of <paramref name="values"/>.</summary>
    /// <param name="shape">Dimensions, outermost first; empty for a scalar.</param>
    /// <param name="values">The elements in row-major order.</param>
    /// <exception cref="ArgumentException">The number of values does not fit the shape.</exception>
    public static TensorData FromSingle(IReadOnlyList<long> shape, ReadOnlySpan<float> values)
    {
        TensorConversion.RequireLittleEndian();
        return new TensorData(TensorElementType.Float32, shape, MemoryMarshal.AsBytes(values).ToArray());
    }

    /// <summary>Builds a <see cref="TensorElementType.Int64"/> tensor from a copy of <paramref name="values"/>.</summary>
    /// <param name="shape">Dimensions, outermost first; empty for a scalar.</param>
    /// <param name="values">The elements in row-major order.</param>
    /// <exception cref="ArgumentException">The number of values does not fit the shape.</exception>
    public static TensorData FromInt64(IReadOnlyList<long> shape, ReadOnlySpan<long> values)
    {
        TensorConversion.RequireLittleEndian();
        return new TensorData(TensorElementType.Int64, shape, MemoryMarshal.AsBytes(values).ToArray());
    }

    /// <summary>
    /// The elements as single-precision numbers in row-major order. Every element type converts; what a single cannot
    /// hold exactly is rounded to the nearest (ties to even), truth values become 0 and 1.
    /// </summary>
    public float[] ToSingle() => TensorConversion.Convert<float>(ElementType, Bytes.Span);

    /// <summary>
    /// The elements as double-precision numbers in row-major order. Exact for every element type except 64-bit
    /// integers beyond 2^53, which are rounded to the nearest.
    /// </summary>
    public double[] ToDouble() => TensorConversion.Convert<double>(ElementType, Bytes.Span);

    /// <summary>
    /// This tensor with another element type. To a floating-point type every conversion is possible and rounds to
    /// nearest, ties to even; to <see cref="TensorElementType.Int64"/> integers and truth values convert exactly.
    /// </summary>
    /// <param name="elementType">The wanted type; the tensor itself comes back where it already has it.</param>
    /// <exception cref="NotSupportedException">
    /// The wanted type is neither floating-point nor Int64, or floating-point numbers would become integers.
    /// </exception>
    /// <exception cref="OverflowException">An unsigned 64-bit value does not fit into Int64.</exception>
    public TensorData As(TensorElementType elementType)
    {
        if (elementType == ElementType)
        {
            return this;
        }

        var bytes = elementType switch
        {
            TensorElementType.Float32 => TensorConversion.ConvertToBytes<float>(ElementType, Bytes.Span),
            TensorElementType.Float64 => TensorConversion.ConvertToBytes<double>(ElementType, Bytes.Span),
            TensorElementType.Float16 => TensorConversion.ConvertToBytes<Half>(ElementType, Bytes.Span),
            TensorElementType.BFloat16 => TensorConversion.ConvertToBFloat16(ElementType, Bytes.Span),
            TensorElementType.Int64 when !ElementType.IsFloatingPoint() => TensorConversion.ConvertToBytes<long>(ElementType, Bytes.Span),
            _ => throw new NotSupportedException($"A {ElementType} tensor does not convert to {elementType} without losing what it means."),
        };
        return new TensorData(elementType, Shape, bytes);
    }

    /// <summary>Element type and shape, for example <c>Float32 [64, 3, 7, 7]</c>.</summary>
    public override string ToString() => $"{ElementType} {TensorShape.Format(Shape)}";
}
