using System.Globalization;
using System.Numerics;

namespace TruncatedTL.MLNet.Weights.PyTorch;

/// <summary>
/// Finds the network's tensors in what a checkpoint holds: the well-known nested dictionary where there is one,
/// otherwise every tensor under a dotted name.
/// </summary>
internal sealed class CheckpointSelector
{
    private const int MaxDepth = 64;
    private const int MaxNameLength = 4096;
    private const int MaxMetadataLength = 4096;
    private const int MaxMetadataEntries = 1000;

    // In order of preference where a checkpoint has several.
    private static readonly string[] ContainerKeys =
        ["state_dict", "model_state_dict", "model_state", "model", "net", "network", "net_state_dict", "weights", "params", "module"];

    private static readonly string[] TrainingStateKeys =
        ["optimizer", "optimizer_state_dict", "optimizer_state", "optimizers", "optim", "opt", "scheduler", "lr_scheduler", "scaler", "amp"];

    private readonly ByteSource _source;
    private readonly OrderedDictionary<string, TorchTensor> _tensors = new(StringComparer.Ordinal);
    private readonly OrderedDictionary<string, string> _metadata = new(StringComparer.Ordinal);
    private long _visitsLeft;

    private CheckpointSelector(ByteSource source, long operations)
    {
        _source = source;

        // Values can share parts, so that a small pickle can unfold into an exponential number of paths.
        _visitsLeft = 1000 + (16 * operations);
    }

    /// <summary>Selects the tensors.</summary>
    /// <exception cref="WeightsFormatException">There is no tensor, or the nesting is unreasonable.</exception>
    public static CheckpointContent Select(PickleDocument document, ByteSource source)
    {
        var selector = new CheckpointSelector(source, document.Operations);
        var container = selector.Unwrap(document.Root);
        selector.Flatten(container, string.Empty, 0);
        if (selector._tensors.Count == 0)
        {
            throw source.Damaged("it is a Python object without any tensor");
        }

        return new CheckpointContent(selector._tensors, selector._metadata);
    }

    private object? Unwrap(object? root)
    {
        var current = root;
        for (var depth = 0; depth < MaxDepth && current is PickleDict dictionary; depth++)
        {
            CollectMetadata(dictionary);
            var inner = ContainerKeys.Select(key => dictionary[key]).FirstOrDefault(value => value is PickleDict && HasTensor(value, 0));
            if (inner is null)
            {
                break;
            }

            current = inner;
        }

        return current;
    }

    private void CollectMetadata(PickleDict dictionary)
    {
        foreach (var (key, value) in dictionary.Items)
        {
            if (key is string name && name.Length <= MaxMetadataLength && _metadata.Count < MaxMetadataEntries
                && AsText(value) is { Length: <= MaxMetadataLength } text)
            {
                _metadata.TryAdd(name, text);
            }
        }
    }

    private static string? AsText(object? value) => value switch
    {
        string text => text,
        long or double or BigInteger => ((IFormattable)value).ToString(null, CultureInfo.InvariantCulture),
        bool truth => truth ? "true" : "false",
        _ => null,
    };

    private bool HasTensor(object? value, int depth)
    {
        Visit(depth);
        return value switch
        {
            TorchTensor => true,
            PickleDict dictionary => dictionary.Items.Any(item => HasTensor(item.Value, depth + 1)),
            PickleList list => list.Items.Any(item => HasTensor(item, depth + 1)),
            PickleTuple tuple => tuple.Items.Any(item => HasTensor(item, depth + 1)),
            _ => false,
        };
    }

    private void Flatten(object? value, string name, int depth)
    {
        Visit(depth);
        switch (value)
        {
            case TorchTensor tensor:
                Add(name.Length == 0 ? "tensor" : name, tensor);
                break;
            case PickleDict dictionary:
                foreach (var (key, item) in dictionary.Items)
                {
                    if (depth > 0 || item is not PickleDict || !TrainingStateKeys.Contains(key as string))
                    {
                        Flatten(item, Join(name, KeyText(key)), depth + 1);
                    }
                }

                break;
            case PickleList list:
                FlattenItems(list.Items, name, depth);
                break;
            case PickleTuple tuple:
                FlattenItems(tuple.Items, name, depth);
                break;
        }
    }

    private void FlattenItems(IReadOnlyList<object?> items, string name, int depth)
    {
        for (var i = 0; i < items.Count; i++)
        {
            Flatten(items[i], Join(name, i.ToString(CultureInfo.InvariantCulture)), depth + 1);
        }
    }

    private void Add(string name, TorchTensor tensor)
    {
        if (name.Length > MaxNameLength)
        {
            throw _source.Damaged($"a tensor name is longer than {MaxNameLength} characters: {DisplayText.Quote(name)}");
        }

        if (!_tensors.TryAdd(name, tensor))
        {
            throw _source.Damaged($"two tensors have the name {DisplayText.Quote(name)}");
        }
    }

    private void Visit(int depth)
    {
        if (depth > MaxDepth)
        {
            throw _source.Damaged($"its values are nested deeper than {MaxDepth} levels or contain themselves");
        }

        if (--_visitsLeft < 0)
        {
            throw _source.Damaged("its values share so many parts that they would unfold without end");
        }
    }

    private static string KeyText(object key) => key as string ?? AsText(key) ?? key.ToString() ?? string.Empty;

    private static string Join(string prefix, string key) => prefix.Length == 0 ? key : $"{prefix}.{key}";
}
