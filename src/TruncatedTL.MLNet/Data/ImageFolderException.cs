namespace TruncatedTL.MLNet.Data;

/// <summary>
/// A folder does not hold one sub-folder of images per class.
/// </summary>
public sealed class ImageFolderException : ImageDataException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="folderPath">The folder that is at fault.</param>
    /// <param name="problem">What is wrong with it.</param>
    public ImageFolderException(string folderPath, string problem)
        : base($"{folderPath}: {problem}")
    {
        FolderPath = folderPath;
        Problem = problem;
    }

    /// <summary>The folder that is at fault.</summary>
    public string FolderPath { get; }

    /// <summary>What is wrong with the folder, without its path.</summary>
    public string Problem { get; }
}
