namespace TruncatedTL.MLNet.Native;

/// <summary>
/// TorchSharp's native library could not be loaded. The message names the cause and the remedy; <see cref="Cause"/> lets a
/// program tell the causes apart.
/// </summary>
public sealed class TorchBackendException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="cause">What went wrong.</param>
    /// <param name="message">Cause and remedy in words.</param>
    /// <param name="innerException">The loader's own error, or <see langword="null"/>.</param>
    public TorchBackendException(TorchBackendFailureCause cause, string message, Exception? innerException = null)
        : base(message, innerException)
    {
        Cause = cause;
    }

    /// <summary>What went wrong.</summary>
    public TorchBackendFailureCause Cause { get; }
}
