namespace TruncatedTL.MLNet;

/// <summary>A file is no model of this library, or what it says about itself cannot be understood.</summary>
public sealed class ModelFormatException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">Which file, and what is wrong with it.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public ModelFormatException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
