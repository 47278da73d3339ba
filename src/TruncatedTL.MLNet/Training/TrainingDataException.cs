namespace TruncatedTL.MLNet.Training;

/// <summary>The training data cannot be used; the message names the row or class and what is wrong.</summary>
public sealed class TrainingDataException : InvalidOperationException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is wrong.</param>
    /// <param name="row">The row, counted from 0, if one row is at fault.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public TrainingDataException(string message, long? row = null, Exception? innerException = null)
        : base(message, innerException)
    {
        Row = row;
    }

    /// <summary>The row at fault, counted from 0; null where no single row is.</summary>
    public long? Row { get; }
}
