namespace TruncatedTL.MLNet.Weights;

/// <summary>
/// A PyTorch file asks to create or call something other than tensors and plain data. Python would run it; this
/// library never does. Nothing of the file was executed when this exception is thrown.
/// </summary>
public sealed class UnsafeWeightsException : WeightsException
{
    /// <summary>Builds the exception.</summary>
    /// <param name="message">Names what was refused and how to convert the file.</param>
    /// <param name="refused">Full name of the refused class or function.</param>
    public UnsafeWeightsException(string message, string refused)
        : base(message)
    {
        Refused = refused;
    }

    /// <summary>Full name of the refused class or function as the file spells it, for example <c>posix.system</c>.</summary>
    public string Refused { get; }
}
