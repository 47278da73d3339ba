using TruncatedTL.MLNet.Data;

namespace TruncatedTL.MLNet.Preparation;

/// <summary>A model carries no image preparation, or what it carries is damaged or was written by a newer version.</summary>
public sealed class ImagePreparationException : ImageDataException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is wrong, and where it is known what to do about it.</param>
    /// <param name="innerException">The error that led to this one, or null.</param>
    public ImagePreparationException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
