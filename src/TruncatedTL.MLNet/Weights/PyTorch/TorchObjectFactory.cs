using System.Buffers.Binary;
using System.Text;

namespace TruncatedTL.MLNet.Weights.PyTorch;

/// <summary>
/// Imitates the few constructors and functions of <see cref="TorchGlobals"/> with plain data. It runs no code that a
/// file names; arguments are checked before they are used.
/// </summary>
internal sealed class TorchObjectFactory(PickleBudget budget)
{
    private const int DictEntryBytes = 64;

    private readonly Dictionary<string, TorchStorage> _storages = new(StringComparer.Ordinal);

    /// <summary>Every storage that the pickle refers to, by key.</summary>
    public IReadOnlyDictionary<string, TorchStorage> Storages => _storages;

    /// <summary>What <c>callable(*arguments)</c> stands for.</summary>
    public object? Call(TorchGlobal callable, PickleTuple arguments)
    {
        var items = arguments.Items;
        switch (callable.Kind)
        {
            case TorchGlobalKind.OrderedDict:
                return BuildDict(items);
            case TorchGlobalKind.Set:
                return BuildSet(items);
            case TorchGlobalKind.Size:
                return items.Length == 0 ? PickleTuple.Empty : new PickleTuple([.. Sequence(items[0], "a torch.Size")]);
            case TorchGlobalKind.Device:
                return new PickleOpaque("torch.device");
            case TorchGlobalKind.Parameter:
            case TorchGlobalKind.RebuildParameter:
                return Argument<TorchTensor>(items, 0, callable, "a tensor");
            case TorchGlobalKind.RebuildTensor:
            case TorchGlobalKind.RebuildTensorV2:
                return RebuildTensor(callable, items, Argument<TorchStorage>(items, 0, callable, "a storage").ElementType);
            case TorchGlobalKind.RebuildTensorV3:
                return RebuildTensor(callable, items, ElementTypeOf(Argument<TorchGlobal>(items, 6, callable, "a dtype")));
            case TorchGlobalKind.CodecsEncode:
                return Encode(callable, items);
            case TorchGlobalKind.NumpyType:
                return new PickleNumpyType(Argument<string>(items, 0, callable, "a type code"));
            case TorchGlobalKind.NumpyScalar:
                return NumpyScalar(callable, items);
            default:
                throw new PickleDataException($"{callable.Name} is called, but it cannot be");
        }
    }

    /// <summary>What <c>obj.__setstate__(state)</c> leaves behind; attributes are of no interest.</summary>
    public void SetState(object? target, object? state)
    {
        switch (target)
        {
            case PickleDict:
            case TorchTensor:
                break;
            case PickleNumpyType type when state is PickleTuple { Items: [_, string order, ..] }:
                type.IsBigEndian = order == ">";
                break;
            default:
                throw new PickleDataException("state is set on a value that has none");
        }
    }

    /// <summary>The storage that a persistent id describes: ('storage', class, key, location, count[, view]).</summary>
    public TorchStorage LoadPersistent(object? id)
    {
        if (id is not PickleTuple { Items: [string and "storage", TorchGlobal { Kind: TorchGlobalKind.StorageType } type, var keyValue, _, var countValue, .. var rest] })
        {
            throw new PickleDataException("a persistent id is not that of a PyTorch storage");
        }

        var key = keyValue switch
        {
            string text => text,
            long number => number.ToString(System.Globalization.CultureInfo.InvariantCulture),
            _ => throw new PickleDataException("a storage key is not text"),
        };
        var elementType = ElementTypeOf(type);
        if (countValue is not long count || count < 0 || count > long.MaxValue / elementType.SizeBytes())
        {
            throw new PickleDataException($"storage {DisplayText.Quote(key)} has an impossible number of elements");
        }

        var root = new TorchStorage(elementType, key, count, 0, count);
        if (!_storages.TryAdd(key, root) && _storages[key] != root)
        {
            throw new PickleDataException($"storage {DisplayText.Quote(key)} is described in two different ways");
        }

        if (rest is [] or [null])
        {
            return root;
        }

        if (rest is not [PickleTuple { Items: [_, long viewOffset, long viewCount] }]
            || viewOffset < 0 || viewCount < 0 || viewOffset > count || viewCount > count - viewOffset)
        {
            throw new PickleDataException($"the view of storage {DisplayText.Quote(key)} lies outside it");
        }

        return root with { ViewOffset = viewOffset, ViewCount = viewCount };
    }

    private static TorchTensor RebuildTensor(TorchGlobal callable, object?[] items, TensorElementType elementType)
    {
        var storage = Argument<TorchStorage>(items, 0, callable, "a storage");
        if (items.Length < 4 || items[1] is not long offset || offset < 0)
        {
            throw new PickleDataException($"{callable.Name} lacks its storage offset");
        }

        var shape = Dimensions(items[2], "shape");
        var strides = Dimensions(items[3], "strides");
        if (shape.Length != strides.Length || !TensorShape.TryGetByteCount(shape, elementType, out _))
        {
            throw new PickleDataException(
                $"a tensor has shape {TensorShape.Format(shape)} and strides {TensorShape.Format(strides)}, which is impossible");
        }

        CheckInside(storage, elementType, offset, shape, strides);
        return new TorchTensor(elementType, storage, offset, shape, strides);
    }

    private static void CheckInside(TorchStorage storage, TensorElementType elementType, long offset, long[] shape, long[] strides)
    {
        var available = storage.ViewCount * storage.ElementType.SizeBytes() / elementType.SizeBytes();
        if (shape.Contains(0))
        {
            return;
        }

        var last = (Int128)offset;
        for (var i = 0; i < shape.Length; i++)
        {
            last += ((Int128)shape[i] - 1) * strides[i];
        }

        if (last >= available)
        {
            throw new PickleDataException(
                $"a tensor of shape {TensorShape.Format(shape)}, strides {TensorShape.Format(strides)} and offset {offset} reaches outside "
                + $"its storage {DisplayText.Quote(storage.Key)} of {available} elements");
        }
    }

    private static long[] Dimensions(object? value, string what)
    {
        var items = Sequence(value, what);
        if (items.Count > TensorShape.MaxRank)
        {
            throw new PickleDataException($"a tensor has more than {TensorShape.MaxRank} dimensions");
        }

        var dimensions = new long[items.Count];
        for (var i = 0; i < dimensions.Length; i++)
        {
            dimensions[i] = items[i] is long and >= 0 ? (long)items[i]! : throw new PickleDataException($"{what} must hold non-negative integers");
        }

        return dimensions;
    }

    private PickleDict BuildDict(object?[] items)
    {
        var dictionary = new PickleDict();
        if (items.Length == 0)
        {
            return dictionary;
        }

        if (items[0] is PickleDict source)
        {
            foreach (var (key, value) in source.Items)
            {
                budget.Charge(DictEntryBytes);
                dictionary.Set(key, value);
            }

            return dictionary;
        }

        foreach (var item in Sequence(items[0], "a dictionary"))
        {
            if (Sequence(item, "a dictionary entry") is not [var key, var value])
            {
                throw new PickleDataException("a dictionary entry is not a pair");
            }

            budget.Charge(DictEntryBytes);
            dictionary.Set(key, value);
        }

        return dictionary;
    }

    private PickleSet BuildSet(object?[] items)
    {
        var members = items.Length == 0 ? [] : Sequence(items[0], "a set");
        budget.Charge(sizeof(long) * members.Count);
        return new PickleSet(members);
    }

    private static byte[] Encode(TorchGlobal callable, object?[] items)
    {
        var text = Argument<string>(items, 0, callable, "text");
        if (items.Length < 2 || items[1] is not ("latin1" or "latin-1" or "iso-8859-1") || text.Any(character => character > 0xFF))
        {
            throw new PickleDataException("only Latin-1 text is encoded to bytes");
        }

        return Encoding.Latin1.GetBytes(text);
    }

    private static object NumpyScalar(TorchGlobal callable, object?[] items)
    {
        var type = Argument<PickleNumpyType>(items, 0, callable, "a numpy.dtype");

        // Python 2 wrote bytes as a string, which is read as Latin-1.
        var bytes = items.ElementAtOrDefault(1) is string text
            ? Encoding.Latin1.GetBytes(text)
            : Argument<byte[]>(items, 1, callable, "bytes").ToArray();
        if (type.IsBigEndian)
        {
            bytes.AsSpan().Reverse();
        }

        return (type.Code, bytes.Length) switch
        {
            ("f8", 8) => BinaryPrimitives.ReadDoubleLittleEndian(bytes),
            ("f4", 4) => (double)BinaryPrimitives.ReadSingleLittleEndian(bytes),
            ("f2", 2) => (double)BinaryPrimitives.ReadHalfLittleEndian(bytes),
            ("i8", 8) => BinaryPrimitives.ReadInt64LittleEndian(bytes),
            ("i4", 4) => (long)BinaryPrimitives.ReadInt32LittleEndian(bytes),
            ("i2", 2) => (long)BinaryPrimitives.ReadInt16LittleEndian(bytes),
            ("i1", 1) => (long)(sbyte)bytes[0],
            ("u8", 8) => new System.Numerics.BigInteger(BinaryPrimitives.ReadUInt64LittleEndian(bytes)),
            ("u4", 4) => (long)BinaryPrimitives.ReadUInt32LittleEndian(bytes),
            ("u2", 2) => (long)BinaryPrimitives.ReadUInt16LittleEndian(bytes),
            ("u1", 1) => (long)bytes[0],
            ("b1", 1) => bytes[0] != 0,
            _ => throw new PickleDataException($"a NumPy scalar of type {DisplayText.Quote(type.Code)} and {bytes.Length} bytes is not supported"),
        };
    }

    private static TensorElementType ElementTypeOf(TorchGlobal global) =>
        global.ElementType ?? throw new PickleDataException($"element type {global.Name} is not supported");

    private static IReadOnlyList<object?> Sequence(object? value, string what) => value switch
    {
        PickleTuple tuple => tuple.Items,
        PickleList list => list.Items,
        PickleSet set => set.Items,
        _ => throw new PickleDataException($"{what} is not given as a list or tuple"),
    };

    private static T Argument<T>(object?[] items, int index, TorchGlobal callable, string what)
        where T : class =>
        index < items.Length && items[index] is T value
            ? value
            : throw new PickleDataException($"argument {index + 1} of {callable.Name} is not {what}");
}
