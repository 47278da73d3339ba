using System.Numerics;

namespace TruncatedTL.MLNet.Weights.PyTorch;

// Values that a pickle can hold besides null, bool, long, BigInteger, double, string and byte[]. None of them defines
// equality or hashing by content, so that deeply nested values cannot exhaust the call stack.

/// <summary>A Python tuple or torch.Size.</summary>
internal sealed class PickleTuple(object?[] items)
{
    public static readonly PickleTuple Empty = new([]);

    public object?[] Items { get; } = items;
}

/// <summary>A Python list.</summary>
internal sealed class PickleList
{
    public List<object?> Items { get; } = [];
}

/// <summary>A Python set; only its members matter here, not their uniqueness.</summary>
internal sealed class PickleSet(IEnumerable<object?> items)
{
    public List<object?> Items { get; } = [.. items];
}

/// <summary>A Python dict, OrderedDict or Counter, in insertion order.</summary>
internal sealed class PickleDict
{
    private readonly OrderedDictionary<object, object?> _items = new(PickleKeyComparer.Instance);

    public int Count => _items.Count;

    public IEnumerable<KeyValuePair<object, object?>> Items => _items;

    public object? this[string key] => _items.GetValueOrDefault(key);

    public void Set(object? key, object? value)
    {
        if (key is PickleDict or PickleList or PickleSet)
        {
            throw new PickleDataException("a dictionary key is not hashable");
        }

        _items[key ?? PickleNone.Instance] = value;
    }
}

/// <summary>None as a dictionary key.</summary>
internal sealed class PickleNone
{
    public static readonly PickleNone Instance = new();

    public override string ToString() => "None";
}

/// <summary>A numpy.dtype.</summary>
internal sealed class PickleNumpyType(string code)
{
    /// <summary>Kind and size in bytes, for example f8.</summary>
    public string Code { get; } = code;

    public bool IsBigEndian { get; set; }
}

/// <summary>Something that is read but has no meaning for weights, such as a torch.device.</summary>
internal sealed class PickleOpaque(string description)
{
    public override string ToString() => description;
}

/// <summary>
/// Compares dictionary keys. Numbers are hashed with a seed, as a file could otherwise choose keys that all collide.
/// </summary>
internal sealed class PickleKeyComparer : IEqualityComparer<object>
{
    public static readonly PickleKeyComparer Instance = new();

    bool IEqualityComparer<object>.Equals(object? x, object? y) => object.Equals(x, y);

    int IEqualityComparer<object>.GetHashCode(object key) => key switch
    {
        long value => HashCode.Combine((int)value, (int)(value >> 32)),
        double value => HashCode.Combine((int)BitConverter.DoubleToInt64Bits(value), (int)(BitConverter.DoubleToInt64Bits(value) >> 32)),
        BigInteger value => HashCode.Combine(value.ToString("X", System.Globalization.CultureInfo.InvariantCulture)),
        _ => key.GetHashCode(),
    };
}
