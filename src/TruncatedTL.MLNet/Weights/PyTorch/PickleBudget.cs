namespace TruncatedTL.MLNet.Weights.PyTorch;

/// <summary>
/// Bounds what one pickle may cost. Real checkpoints stay orders of magnitude below: their bulk is in the storages,
/// which are not part of the pickle.
/// </summary>
internal sealed class PickleBudget
{
    /// <summary>Most opcodes of one pickle.</summary>
    public const long MaxOperations = 50_000_000;

    /// <summary>Most bytes of managed memory that the values of one pickle may take, by estimate.</summary>
    public const long MaxValueBytes = 256L << 20;

    private long _operations;
    private long _valueBytes;

    /// <summary>Opcodes so far.</summary>
    public long Operations => _operations;

    /// <summary>Counts one opcode.</summary>
    public void CountOperation()
    {
        if (++_operations > MaxOperations)
        {
            throw new PickleDataException($"the pickle has more than {MaxOperations} operations");
        }
    }

    /// <summary>Counts memory about to be used.</summary>
    public void Charge(long bytes)
    {
        _valueBytes += bytes;
        if (_valueBytes > MaxValueBytes)
        {
            throw new PickleDataException($"the values of the pickle need more than {MaxValueBytes >> 20} MB");
        }
    }
}
