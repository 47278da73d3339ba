namespace TruncatedTL.MLNet.Data;

/// <summary>
/// A file is damaged, breaks the rules of its format, or uses a part of the format that is not supported.
/// </summary>
public sealed class ImageFormatException : ImageDataException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="filePath">The file, with the entry inside it where there is one (<c>data.npz/train_images</c>).</param>
    /// <param name="problem">What is wrong with it.</param>
    /// <param name="innerException">The error that led to this one, or null.</param>
    public ImageFormatException(string filePath, string problem, Exception? innerException = null)
        : base($"{filePath}: {problem}", innerException)
    {
        FilePath = filePath;
        Problem = problem;
    }

    /// <summary>The file, with the entry inside it where there is one (<c>data.npz/train_images</c>).</summary>
    public string FilePath { get; }

    /// <summary>What is wrong with the file, without its path.</summary>
    public string Problem { get; }
}
