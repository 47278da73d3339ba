namespace TruncatedTL.MLNet.Training;

/// <summary>A checkpoint cannot be read or written, or belongs to another training; the message names the file and what is wrong.</summary>
public sealed class CheckpointException : InvalidOperationException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is wrong and what helps.</param>
    /// <param name="path">The checkpoint's file.</param>
    /// <param name="differences">What differs from the training that wrote it; null where that is not the trouble.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public CheckpointException(string message, string path, IReadOnlyList<string>? differences = null, Exception? innerException = null)
        : base(message, innerException)
    {
        Path = path;
        Differences = differences ?? [];
    }

    /// <summary>The checkpoint's file.</summary>
    public string Path { get; }

    /// <summary>What differs from the training that wrote the checkpoint, one entry each; empty where that is not the trouble.</summary>
    public IReadOnlyList<string> Differences { get; }

    /// <summary>Whether another version of the library wrote it, whose format this one does not read.</summary>
    internal bool IsOfOtherVersion { get; init; }
}
