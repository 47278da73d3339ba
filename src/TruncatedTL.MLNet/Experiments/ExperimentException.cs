namespace TruncatedTL.MLNet.Experiments;

/// <summary>An experiment cannot begin, go on or give a result; the message says what is wrong and what helps.</summary>
public sealed class ExperimentException : InvalidOperationException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is wrong and what helps.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public ExperimentException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
