namespace TruncatedTL.MLNet.Onnx;

/// <summary>A network could not be written as ONNX: a tensor is missing, misshapen or not finite, the input does not fit, or the file would exceed the format's 2 GB.</summary>
public sealed class OnnxExportException : InvalidOperationException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is wrong and, where possible, the remedy.</param>
    public OnnxExportException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with its cause.</summary>
    /// <param name="message">What is wrong and, where possible, the remedy.</param>
    /// <param name="innerException">The cause.</param>
    public OnnxExportException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
