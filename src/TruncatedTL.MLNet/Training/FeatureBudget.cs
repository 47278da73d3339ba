namespace TruncatedTL.MLNet.Training;

/// <summary>Memory that the features of training and validation images share.</summary>
/// <param name="bytes">Bytes at the beginning.</param>
internal sealed class FeatureBudget(long bytes)
{
    /// <summary>Bytes that nobody has taken.</summary>
    public long Left { get; private set; } = bytes;

    /// <summary>Takes memory if that much is left.</summary>
    public bool TryTake(long count)
    {
        if (count > Left)
        {
            return false;
        }

        Left -= count;
        return true;
    }

    /// <summary>Gives memory back.</summary>
    public void Return(long count) => Left += count;
}
