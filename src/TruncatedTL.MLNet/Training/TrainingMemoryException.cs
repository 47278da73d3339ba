namespace TruncatedTL.MLNet.Training;

/// <summary>A training step needed more memory than there is. A checkpoint that was written before is still there.</summary>
public sealed class TrainingMemoryException : InvalidOperationException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What happened and what helps.</param>
    /// <param name="batchSize">The batch size that was too large.</param>
    /// <param name="fittingBatchSize">The largest batch size that is likely to fit; null where not even 2 is.</param>
    /// <param name="innerException">What libtorch or the runtime said.</param>
    public TrainingMemoryException(string message, int batchSize, int? fittingBatchSize, Exception? innerException)
        : base(message, innerException)
    {
        BatchSize = batchSize;
        FittingBatchSize = fittingBatchSize;
    }

    /// <summary>The batch size that was too large.</summary>
    public int BatchSize { get; }

    /// <summary>The largest batch size that is likely to fit, an estimate; null where not even 2 is.</summary>
    public int? FittingBatchSize { get; }
}
