using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace TruncatedTL.MLNet.Weights.PyTorch;

/// <summary>Turns strided views of storages into contiguous tensors.</summary>
internal sealed class TensorMaterializer(ByteSource source, bool isBigEndian)
{
    private const long FreeBytes = 16L << 20;
    private const int LengthFactor = 8;

    // A view can repeat one element a billion times; what such views may take is tied to what the file really holds.
    private long _budgetBytes = FreeBytes + (LengthFactor * source.Length);

    /// <summary>
    /// Copies a view to contiguous little-endian memory. A tensor that is all of its storage shares the storage's memory.
    /// </summary>
    /// <param name="name">Name of the tensor, for messages.</param>
    /// <param name="tensor">The view; already checked to lie inside the storage as declared.</param>
    /// <param name="storageBytes">The whole storage; it has the declared number of bytes.</param>
    public TensorData Materialize(string name, TorchTensor tensor, ReadOnlyMemory<byte> storageBytes)
    {
        var elementType = tensor.ElementType;
        var sizeBytes = elementType.SizeBytes();
        if (!TensorShape.TryGetByteCount(tensor.Shape, elementType, out var byteCount) || byteCount > Array.MaxLength)
        {
            throw source.Damaged($"tensor {DisplayText.Quote(name)} has more than {Array.MaxLength} bytes, which is not supported");
        }

        if (byteCount == 0)
        {
            return new TensorData(elementType, tensor.Shape, ReadOnlyMemory<byte>.Empty);
        }

        var storageElementBytes = tensor.Storage.ElementType.SizeBytes();
        var view = storageBytes.Slice(
            (int)(tensor.Storage.ViewOffset * storageElementBytes), (int)(tensor.Storage.ViewCount * storageElementBytes));
        var isContiguous = IsContiguous(tensor.Shape, tensor.Strides);
        if (isContiguous && byteCount == storageBytes.Length && (!isBigEndian || sizeBytes == 1))
        {
            return new TensorData(elementType, tensor.Shape, storageBytes);
        }

        _budgetBytes -= byteCount;
        if (_budgetBytes < 0)
        {
            throw source.Damaged($"its tensors overlap so much that they would take far more memory than the file's {source.Length} bytes");
        }

        var bytes = GC.AllocateUninitializedArray<byte>((int)byteCount);
        if (isContiguous)
        {
            view.Span.Slice((int)(tensor.Offset * sizeBytes), bytes.Length).CopyTo(bytes);
        }
        else
        {
            GatherBytes(view.Span[(int)(tensor.Offset * sizeBytes)..], bytes, tensor, sizeBytes);
        }

        if (isBigEndian)
        {
            ReverseElements(bytes, sizeBytes);
        }

        return new TensorData(elementType, tensor.Shape, bytes);
    }

    private static bool IsContiguous(long[] shape, long[] strides)
    {
        var expected = 1L;
        for (var i = shape.Length - 1; i >= 0; i--)
        {
            // The stride of a dimension of size 1 is never used, and PyTorch writes any number there.
            if (shape[i] != 1 && strides[i] != expected)
            {
                return false;
            }

            expected *= shape[i];
        }

        return true;
    }

    private static void GatherBytes(ReadOnlySpan<byte> view, Span<byte> target, TorchTensor tensor, int sizeBytes)
    {
        // Only whole elements of the view can be addressed.
        view = view[..(view.Length / sizeBytes * sizeBytes)];
        switch (sizeBytes)
        {
            case 1: Gather(view, target, tensor); break;
            case 2: Gather(MemoryMarshal.Cast<byte, ushort>(view), MemoryMarshal.Cast<byte, ushort>(target), tensor); break;
            case 4: Gather(MemoryMarshal.Cast<byte, uint>(view), MemoryMarshal.Cast<byte, uint>(target), tensor); break;
            default: Gather(MemoryMarshal.Cast<byte, ulong>(view), MemoryMarshal.Cast<byte, ulong>(target), tensor); break;
        }
    }

    private static void Gather<T>(ReadOnlySpan<T> view, Span<T> target, TorchTensor tensor)
        where T : unmanaged
    {
        // Not contiguous means at least one dimension. Rows along the last one are copied in a plain loop.
        var shape = tensor.Shape;
        var strides = tensor.Strides;
        var rowLength = (int)shape[^1];
        var rowStride = strides[^1];
        var index = new long[shape.Length - 1];
        var rowStart = 0L;
        for (var to = 0; to < target.Length; to += rowLength)
        {
            var row = target.Slice(to, rowLength);
            for (var i = 0; i < row.Length; i++)
            {
                row[i] = view[(int)(rowStart + (i * rowStride))];
            }

            // The other dimensions count up like an odometer; the last of them turns fastest.
            for (var dimension = index.Length - 1; dimension >= 0; dimension--)
            {
                rowStart += strides[dimension];
                if (++index[dimension] < shape[dimension])
                {
                    break;
                }

                rowStart -= shape[dimension] * strides[dimension];
                index[dimension] = 0;
            }
        }
    }

    private static void ReverseElements(Span<byte> bytes, int sizeBytes)
    {
        switch (sizeBytes)
        {
            case 2:
                var shorts = MemoryMarshal.Cast<byte, ushort>(bytes);
                BinaryPrimitives.ReverseEndianness(shorts, shorts);
                break;
            case 4:
                var ints = MemoryMarshal.Cast<byte, uint>(bytes);
                BinaryPrimitives.ReverseEndianness(ints, ints);
                break;
            case 8:
                var longs = MemoryMarshal.Cast<byte, ulong>(bytes);
                BinaryPrimitives.ReverseEndianness(longs, longs);
                break;
        }
    }
}
