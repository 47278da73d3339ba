namespace TruncatedTL.MLNet.Training;

/// <summary>What a cancelled training returns.</summary>
public enum CancellationBehavior
{
    /// <summary>
    /// The network with the weights of the best epoch so far. Where no epoch was completed there is nothing to keep and
    /// <see cref="OperationCanceledException"/> is thrown.
    /// </summary>
    KeepBest,

    /// <summary>Nothing: <see cref="OperationCanceledException"/> is thrown.</summary>
    Throw,
}
