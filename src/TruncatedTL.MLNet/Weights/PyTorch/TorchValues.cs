namespace TruncatedTL.MLNet.Weights.PyTorch;

/// <summary>A typed piece of memory that tensors of a checkpoint refer to.</summary>
/// <param name="ElementType">Type of one element.</param>
/// <param name="Key">Its name in the file.</param>
/// <param name="RootCount">Elements of the whole storage in the file.</param>
/// <param name="ViewOffset">First element of the part that this object shows.</param>
/// <param name="ViewCount">Elements of that part.</param>
internal sealed record TorchStorage(TensorElementType ElementType, string Key, long RootCount, long ViewOffset, long ViewCount)
{
    /// <summary>Bytes of the whole storage in the file.</summary>
    public long RootByteCount => RootCount * ElementType.SizeBytes();
}

/// <summary>A tensor as a checkpoint describes it: a strided view of a storage, checked to lie inside it.</summary>
internal sealed class TorchTensor(TensorElementType elementType, TorchStorage storage, long offset, long[] shape, long[] strides)
{
    public TensorElementType ElementType { get; } = elementType;

    public TorchStorage Storage { get; } = storage;

    /// <summary>First element, counted in elements of the tensor's own type from the start of the storage's view.</summary>
    public long Offset { get; } = offset;

    public long[] Shape { get; } = shape;

    /// <summary>Distance between neighbours along each dimension, in elements.</summary>
    public long[] Strides { get; } = strides;
}

/// <summary>What an allowed global name of a pickle stands for.</summary>
internal enum TorchGlobalKind
{
    OrderedDict,
    Set,
    Size,
    Device,
    Parameter,
    RebuildTensor,
    RebuildTensorV2,
    RebuildTensorV3,
    RebuildParameter,
    StorageType,
    ElementType,
    CodecsEncode,
    NumpyScalar,
    NumpyType,
}

/// <summary>An allowed global: a class, function or constant that the reader knows how to imitate with plain data.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Name">Full name, for messages.</param>
/// <param name="ElementType">Element type of a storage class or dtype; null where this library cannot hold it.</param>
internal sealed record TorchGlobal(TorchGlobalKind Kind, string Name, TensorElementType? ElementType = null);
