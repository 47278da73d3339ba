namespace TruncatedTL.MLNet.Weights;

/// <summary>A weights file is damaged, truncated, or of a format or element type that cannot be read.</summary>
public sealed class WeightsFormatException : WeightsException
{
    /// <summary>Builds the exception.</summary>
    /// <param name="message">Names the file and what is wrong.</param>
    public WeightsFormatException(string message)
        : base(message)
    {
    }

    /// <summary>Builds the exception with the file, the place and the cause.</summary>
    /// <param name="message">Names the file and what is wrong.</param>
    /// <param name="fileName">The file, where known.</param>
    /// <param name="byteOffset">Where in the file, in bytes from its start, where known.</param>
    /// <param name="innerException">What caused it.</param>
    public WeightsFormatException(string message, string? fileName, long? byteOffset, Exception? innerException = null)
        : base(message, innerException)
    {
        FileName = fileName;
        ByteOffset = byteOffset;
    }

    /// <summary>The file, or the name given for the stream; null where unknown.</summary>
    public string? FileName { get; }

    /// <summary>Where in the file the problem was met, in bytes from its start; null where no single place is to blame.</summary>
    public long? ByteOffset { get; }
}
