namespace TruncatedTL.MLNet.Weights;

/// <summary>Arithmetic on tensor shapes that cannot overflow silently.</summary>
internal static class TensorShape
{
    /// <summary>The rank above which a shape is taken for damage; libtorch has the same limit.</summary>
    public const int MaxRank = 64;

    /// <summary>
    /// The product of the dimensions; 1 for a scalar. False where a dimension is negative or the product does not fit.
    /// </summary>
    public static bool TryGetElementCount(IReadOnlyList<long> shape, out long count)
    {
        count = 1;
        var isEmpty = false;
        for (var i = 0; i < shape.Count; i++)
        {
            if (shape[i] < 0)
            {
                return false;
            }

            isEmpty |= shape[i] == 0;
        }

        if (isEmpty)
        {
            count = 0;
            return true;
        }

        for (var i = 0; i < shape.Count; i++)
        {
            if (count > long.MaxValue / shape[i])
            {
                return false;
            }

            count *= shape[i];
        }

        return true;
    }

    /// <summary>The number of bytes of a tensor of this shape; false where it does not fit.</summary>
    public static bool TryGetByteCount(IReadOnlyList<long> shape, TensorElementType elementType, out long byteCount)
    {
        byteCount = 0;
        if (!TryGetElementCount(shape, out var count) || count > long.MaxValue / elementType.SizeBytes())
        {
            return false;
        }

        byteCount = count * elementType.SizeBytes();
        return true;
    }

    /// <summary>Whether two shapes have the same rank and dimensions.</summary>
    public static bool AreEqual(IReadOnlyList<long> left, IReadOnlyList<long> right)
    {
        if (left.Count != right.Count)
        {
            return false;
        }

        for (var i = 0; i < left.Count; i++)
        {
            if (left[i] != right[i])
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The shape as text, for example <c>[64, 3, 7, 7]</c>; a scalar is <c>[]</c>.</summary>
    public static string Format(IEnumerable<long> shape) => $"[{string.Join(", ", shape)}]";
}
