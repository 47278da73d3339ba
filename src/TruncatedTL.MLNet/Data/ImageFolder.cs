namespace TruncatedTL.MLNet.Data;

/// <summary>
/// A folder with one sub-folder per class, the usual layout of image classification data: the sub-folder's name is the
/// label of the image files in it.
/// </summary>
/// <remarks>
/// <para>
/// Only files directly in a class folder count, and only those with one of the suffixes (by default
/// <see cref="ImageSuffixes"/>), in whatever letter case; files and folders whose name begins with a dot are passed over. Classes and files are in ordinal order
/// of their names, so that the list is the same on every machine. Files are listed, not opened.
/// </para>
/// </remarks>
public sealed class ImageFolder
{
    private static readonly string[] Suffixes = [".png", ".jpg", ".jpeg", ".bmp", ".webp", ".gif"];

    private ImageFolder(string folderPath, string[] classNames, LabelledImageFile[] files)
    {
        FolderPath = folderPath;
        ClassNames = Array.AsReadOnly(classNames);
        Files = Array.AsReadOnly(files);
    }

    /// <summary>The file name suffixes of images that ML.NET can decode: png, jpg, jpeg, bmp, webp, gif.</summary>
    public static IReadOnlyList<string> ImageSuffixes { get; } = Array.AsReadOnly(Suffixes);

    /// <summary>The folder, as a full path.</summary>
    public string FolderPath { get; }

    /// <summary>The names of the class folders in ordinal order.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>All images, by class and then by file name, in ordinal order.</summary>
    public IReadOnlyList<LabelledImageFile> Files { get; }

    /// <summary>Lists a folder.</summary>
    /// <param name="folder">The folder that holds the class folders.</param>
    /// <returns>The list of its images.</returns>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist.</exception>
    /// <exception cref="ImageFolderException">The folder has no sub-folder, or a sub-folder has no image.</exception>
    public static ImageFolder Open(string folder)
    {
        return Open(folder, Suffixes);
    }

    /// <summary>Lists a folder whose images have other formats.</summary>
    /// <param name="folder">The folder that holds the class folders.</param>
    /// <param name="suffixes">What the names of images end in, with the dot, in whatever letter case: <c>.dcm</c>, <c>.nii.gz</c>.</param>
    /// <returns>The list of its images.</returns>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist.</exception>
    /// <exception cref="ImageFolderException">The folder has no sub-folder, or a sub-folder has no image.</exception>
    public static ImageFolder Open(string folder, IReadOnlyList<string> suffixes)
    {
        ArgumentNullException.ThrowIfNull(suffixes);
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var root = Path.GetFullPath(folder);
        if (!Directory.Exists(root))
        {
            throw new DirectoryNotFoundException($"The image folder '{root}' does not exist.");
        }

        var classFolders = Directory.EnumerateDirectories(root).Where(IsVisible).OrderBy(Path.GetFileName, StringComparer.Ordinal).ToArray();
        if (classFolders.Length == 0)
        {
            throw new ImageFolderException(root, "there is no sub-folder; one sub-folder of images per class is expected");
        }

        var files = new List<LabelledImageFile>();
        foreach (var classFolder in classFolders)
        {
            var images = Directory.EnumerateFiles(classFolder).Where(path => IsImage(path, suffixes)).OrderBy(Path.GetFileName, StringComparer.Ordinal).ToArray();
            if (images.Length == 0)
            {
                throw new ImageFolderException(classFolder, $"there is no image in this class folder; files ending in {string.Join(", ", suffixes)} are looked for");
            }

            files.AddRange(images.Select(path => new LabelledImageFile(path, Path.GetFileName(classFolder))));
        }

        return new ImageFolder(root, [.. classFolders.Select(path => Path.GetFileName(path))], [.. files]);
    }

    private static bool IsVisible(string path)
    {
        return !Path.GetFileName(path.AsSpan()).StartsWith('.');
    }

    private static bool IsImage(string path, IReadOnlyList<string> suffixes)
    {
        return IsVisible(path) && suffixes.Any(suffix => path.EndsWith(suffix, StringComparison.OrdinalIgnoreCase));
    }
}
