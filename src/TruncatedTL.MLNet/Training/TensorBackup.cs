using TruncatedTL.MLNet.Weights;
using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Training;

/// <summary>Copies of tensors in managed memory, by name, row-major. Keeping the same tensors again reuses the memory.</summary>
internal sealed class TensorBackup
{
    private readonly OrderedDictionary<string, Copy> _copies = [];

    public bool IsEmpty => _copies.Count == 0;

    /// <summary>Copies the present values of tensors; those of a name that is kept already are replaced.</summary>
    public void Keep(IEnumerable<(string Name, Tensor Tensor)> tensors)
    {
        using var gradients = no_grad();
        foreach (var (name, tensor) in tensors)
        {
            using var scope = NewDisposeScope();
            var bytes = tensor.detach().cpu().contiguous().bytes;
            if (!_copies.TryGetValue(name, out var copy) || copy.Bytes.Length != bytes.Length)
            {
                copy = new Copy(tensor.dtype, tensor.shape, GC.AllocateUninitializedArray<byte>(bytes.Length));
                _copies[name] = copy;
            }

            bytes.CopyTo(copy.Bytes);
        }
    }

    /// <summary>Writes the kept values back.</summary>
    /// <param name="find">Finds the tensor of a name.</param>
    /// <exception cref="InvalidDataException">A tensor has another shape than what is kept of it.</exception>
    public void Restore(Func<string, Tensor> find)
    {
        using var gradients = no_grad();
        foreach (var (name, copy) in _copies)
        {
            using var scope = NewDisposeScope();
            var local = empty(copy.Shape, copy.Type);
            copy.Bytes.CopyTo(local.bytes);
            var target = find(name);
            if (!target.shape.SequenceEqual(copy.Shape))
            {
                throw new InvalidDataException($"'{name}' has the shape [{string.Join(", ", copy.Shape)}] instead of [{string.Join(", ", target.shape)}].");
            }

            target.copy_(local);
        }
    }

    /// <summary>The copies as tensors of a weights file. They share memory with this object: they are to be used before anything is kept again.</summary>
    public IEnumerable<KeyValuePair<string, TensorData>> AsData() => _copies.Select(pair => KeyValuePair.Create(
        pair.Key,
        new TensorData(pair.Value.Type == ScalarType.Int64 ? TensorElementType.Int64 : TensorElementType.Float32, pair.Value.Shape, pair.Value.Bytes)));

    /// <summary>Takes over tensors of a weights file, float32 or int64, instead of all that was kept.</summary>
    public void Replace(IEnumerable<KeyValuePair<string, TensorData>> tensors)
    {
        _copies.Clear();
        foreach (var (name, data) in tensors)
        {
            var type = data.ElementType == TensorElementType.Int64 ? ScalarType.Int64 : ScalarType.Float32;
            _copies.Add(name, new Copy(type, [.. data.Shape], data.Bytes.ToArray()));
        }
    }

    /// <summary>Forgets everything.</summary>
    public void Clear() => _copies.Clear();

    private sealed record Copy(ScalarType Type, long[] Shape, byte[] Bytes);
}
