namespace TruncatedTL.MLNet.Data;

/// <summary>
/// Base of every error that is caused by the content of image data (a damaged file, an unsupported layout, an unusable
/// folder) rather than by a wrong argument. Catch it to tell "these data are bad" from programming errors.
/// </summary>
/// <remarks>
/// A file or folder that does not exist is reported by the framework's own <see cref="FileNotFoundException"/> and
/// <see cref="DirectoryNotFoundException"/>.
/// </remarks>
public class ImageDataException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is wrong, and where it is known what to do about it.</param>
    public ImageDataException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is wrong, and where it is known what to do about it.</param>
    /// <param name="innerException">The error that led to this one.</param>
    public ImageDataException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
