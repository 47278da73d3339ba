using TruncatedTL.MLNet.Data;

namespace TruncatedTL.MLNet.Imaging;

/// <summary>
/// Reads one family of image files. Derive from it to bring a format of your own, and add it with <see cref="ImageReaders.Add"/>. Readers
/// keep no state: several threads may use one at once.
/// </summary>
public abstract class ImageReader
{
    /// <summary>Name of the format, for messages: <c>DICOM</c>.</summary>
    public abstract string Name { get; }

    /// <summary>The suffixes of the format's files in lower case, with the dot: <c>.dcm</c>, <c>.nii.gz</c>.</summary>
    public abstract IReadOnlyList<string> Suffixes { get; }

    /// <summary>Whether content is of this format, by its first bytes.</summary>
    /// <param name="head">The first bytes of the file, up to <see cref="ImageReaders.HeadLength"/>.</param>
    public abstract bool Recognises(ReadOnlySpan<byte> head);

    /// <summary>Decodes a file's content.</summary>
    /// <param name="content">The whole content.</param>
    /// <param name="name">What messages call it, best the path.</param>
    /// <param name="options">What to read and how much of it.</param>
    /// <exception cref="ImageDataException">The content is damaged, too large, or uses a part of the format that is not supported.</exception>
    public abstract DecodedImage Read(ReadOnlyMemory<byte> content, string name, ImageReadOptions options);
}
