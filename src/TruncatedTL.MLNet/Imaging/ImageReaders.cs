using TruncatedTL.MLNet.Data;
using TruncatedTL.MLNet.Imaging.Dicom;
using TruncatedTL.MLNet.Imaging.Nifti;
using TruncatedTL.MLNet.Imaging.Numpy;
using TruncatedTL.MLNet.Imaging.Raster;

namespace TruncatedTL.MLNet.Imaging;

/// <summary>
/// All readers by content and suffix: the one door through which image files are read, for training and for serving. The content decides; the
/// suffix decides only where no reader recognises the content.
/// </summary>
public static class ImageReaders
{
    /// <summary>How many bytes of a file readers are shown to recognise it: 512, of which DICOM's mark is at 128.</summary>
    public const int HeadLength = 512;

    private static readonly Lock Gate = new();

    private static ImageReader[] s_readers =
    [
        new DicomReader(),
        new PngReader(),
        new JpegReader(),
        new TiffReader(),
        new NiftiReader(),
        new NumpyReader(),
        new BmpReader(),
        new WebpReader(),
        new GifReader(),
    ];

    /// <summary>The readers, in the order in which they are asked.</summary>
    public static IReadOnlyList<ImageReader> All => Array.AsReadOnly(s_readers);

    /// <summary>All suffixes that some reader claims, in lower case, with the dot.</summary>
    public static IReadOnlyList<string> Suffixes => [.. s_readers.SelectMany(reader => reader.Suffixes).Distinct(StringComparer.Ordinal)];

    /// <summary>Adds a reader. It is asked before those that are there already.</summary>
    /// <param name="reader">The reader.</param>
    public static void Add(ImageReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        lock (Gate)
        {
            s_readers = [reader, .. s_readers];
        }
    }

    /// <summary>Reads an image file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">What to read; null for the defaults.</param>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    /// <exception cref="ImageDataException">The file is of no known format, damaged, too large, or uses a part of its format that is not supported.</exception>
    public static DecodedImage Read(string path, ImageReadOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        RequireLength(path);
        return Read(File.ReadAllBytes(path), path, options);
    }

    /// <summary>Reads an image from memory.</summary>
    /// <param name="content">The content of a file.</param>
    /// <param name="name">What messages call it, best a file name; its suffix serves as for a file.</param>
    /// <param name="options">What to read; null for the defaults.</param>
    /// <exception cref="ImageDataException">The content is of no known format, damaged, too large, or uses a part of its format that is not supported.</exception>
    public static DecodedImage Read(ReadOnlyMemory<byte> content, string name, ImageReadOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return Find(content.Span, name).Read(content, name, options ?? new ImageReadOptions());
    }

    /// <summary>
    /// Reads an image file for a caller who uses the image once and then calls <see cref="DecodedImage.Release"/>: the memory for the file and its
    /// pixels is used again for the next.
    /// </summary>
    /// <inheritdoc cref="Read(string, ImageReadOptions?)"/>
    internal static DecodedImage ReadOnce(string path, ImageReadOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        RequireLength(path);
        var (content, length) = ByteBuffers.ReadFile(path);
        var image = ReadOnce(content.AsMemory(0, length), path, options);
        if (image.IsOwned)
        {
            ByteBuffers.Return(content);
        }

        return image;
    }

    /// <summary>As above, from memory.</summary>
    /// <inheritdoc cref="Read(ReadOnlyMemory{byte}, string, ImageReadOptions?)"/>
    internal static DecodedImage ReadOnce(ReadOnlyMemory<byte> content, string name, ImageReadOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var reader = Find(content.Span, name);
        var image = reader.Read(content, name, options);

        // Other readers may keep the content or the image, those from outside above all.
        image.IsOwned = reader is PngReader or SkiaReader;
        return image;
    }

    private static void RequireLength(string path)
    {
        if (new FileInfo(path).Length > Array.MaxLength)
        {
            throw new ImageFormatException(path, "the file is larger than 2 GiB");
        }
    }

    private static ImageReader Find(ReadOnlySpan<byte> content, string name)
    {
        var head = content[..Math.Min(content.Length, HeadLength)];
        var readers = s_readers;
        foreach (var reader in readers)
        {
            if (reader.Recognises(head))
            {
                return reader;
            }
        }

        return Array.Find(readers, reader => reader.Suffixes.Any(suffix => name.EndsWith(suffix, StringComparison.OrdinalIgnoreCase)))
            ?? throw new ImageFormatException(name, $"neither the content nor the suffix is of a known image format ({string.Join(", ", readers.Select(reader => reader.Name))})");
    }
}
