namespace TruncatedTL.MLNet.Evaluation;

/// <summary>The validation rows can neither calibrate a model nor fix its threshold; the message says why.</summary>
public sealed class CalibrationException : InvalidOperationException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is wrong.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public CalibrationException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
