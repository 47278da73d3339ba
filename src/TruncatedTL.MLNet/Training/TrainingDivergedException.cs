namespace TruncatedTL.MLNet.Training;

/// <summary>The loss became infinite or NaN before any epoch was completed and however often it was tried again, so that no usable weights exist.</summary>
public sealed class TrainingDivergedException : InvalidOperationException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What happened and what helps.</param>
    /// <param name="epoch">The epoch, counted from 1.</param>
    public TrainingDivergedException(string message, int epoch)
        : base(message)
    {
        Epoch = epoch;
    }

    /// <summary>The epoch in which it happened, counted from 1.</summary>
    public int Epoch { get; }
}
