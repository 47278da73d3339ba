using TruncatedTL.MLNet.Imaging;

namespace TruncatedTL.MLNet.Loading;

/// <summary>Where a row comes from.</summary>
/// <param name="Path">The file, as a full path; the first one where there are several.</param>
/// <param name="Read">Decodes it; may be called any number of times, for an image that is used once and then released.</param>
/// <param name="LabelOf">The class, for some sources only known from the file's content.</param>
internal sealed record ImageRowSource(string Path, Func<ImageReadOptions, DecodedImage> Read, Func<ImageOrigin?, string> LabelOf)
{
    /// <summary>The patient by a table; null where the file may say.</summary>
    public string? Patient { get; init; }

    /// <summary>The split by a table; null where there is none.</summary>
    public string? Split { get; init; }

    /// <summary>A file whose class is known beforehand.</summary>
    public static ImageRowSource OfFile(string path, string label) => new(path, options => ImageReaders.ReadOnce(path, options), _ => label);
}
