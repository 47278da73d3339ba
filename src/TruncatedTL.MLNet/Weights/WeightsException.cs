namespace TruncatedTL.MLNet.Weights;

/// <summary>Base of every error about the content of a weights file.</summary>
public class WeightsException : Exception
{
    /// <summary>Builds the exception with a message that says what to do.</summary>
    /// <param name="message">What is wrong, in words for the user.</param>
    public WeightsException(string message)
        : base(message)
    {
    }

    /// <summary>Builds the exception with its cause.</summary>
    /// <param name="message">What is wrong, in words for the user.</param>
    /// <param name="innerException">What caused it.</param>
    public WeightsException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
