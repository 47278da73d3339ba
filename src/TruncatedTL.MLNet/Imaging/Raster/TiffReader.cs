using BitMiracle.LibTiff.Classic;
using TruncatedTL.MLNet.Data;

namespace TruncatedTL.MLNet.Imaging.Raster;

/// <summary>
/// Reads TIFF and BigTIFF: grey, RGB and palette of 8 and 16 bits (32-bit and floating-point samples and greys of 1, 2 and 4 bits, too), in
/// strips or tiles, uncompressed or with LZW, deflate or PackBits. Values are the stored ones; greys of fewer than 8 bits are scaled to
/// 0 to 255. Several pages of one size are a volume, one page a slice; <see cref="ImageReadOptions.Frame"/> picks a page. Small copies and masks
/// among the pages do not count. The stated orientation is applied; the resolution is not a spacing in millimetres and is passed over.
/// </summary>
internal sealed class TiffReader : ImageReader
{
    private const int DicomMarkOffset = 128;

    /// <inheritdoc/>
    public override string Name => "TIFF";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Suffixes { get; } = Array.AsReadOnly([".tif", ".tiff"]);

    /// <inheritdoc/>
    public override bool Recognises(ReadOnlySpan<byte> head)
    {
        // Some scanners put a TIFF header into the preamble of DICOM files, so that they pass for both. What the patient's file says is in DICOM.
        if (head.Length >= DicomMarkOffset + 4 && head.Slice(DicomMarkOffset, 4).SequenceEqual("DICM"u8))
        {
            return false;
        }

        // 42 for TIFF, 43 for BigTIFF, in either byte order.
        return head is [(byte)'I', (byte)'I', 42 or 43, 0, ..] or [(byte)'M', (byte)'M', 0, 42 or 43, ..];
    }

    /// <inheritdoc/>
    public override DecodedImage Read(ReadOnlyMemory<byte> content, string name, ImageReadOptions options)
    {
        try
        {
            TiffStructure.Check(content.Span, name);
            return ReadPages(content, name, options);
        }
        catch (Exception exception) when (exception is not (ImageDataException or OutOfMemoryException))
        {
            // LibTiff answers some damaged files with whatever its arrays and casts throw.
            throw new ImageFormatException(name, "the TIFF file is damaged", exception);
        }
    }

    private static DecodedImage ReadPages(ReadOnlyMemory<byte> content, string name, ImageReadOptions options)
    {
        var pages = new List<TiffPage?>();
        ForEachPage(content, name, (file, index) => pages.Add(options.Frame is { } only && only != index ? null : TiffPage.Read(file, name)));
        if (pages.Count == 0)
        {
            throw new ImageFormatException(name, "the TIFF file has no page");
        }

        if (options.Frame is { } frame && (frame < 0 || frame >= pages.Count))
        {
            throw new ImageFormatException(name, $"page {frame} is asked for, but the pages are 0 to {pages.Count - 1}");
        }

        var chosen = pages.OfType<TiffPage>().ToArray();
        var first = chosen[0];
        CheckAlike(chosen, name);
        ImageLimits.CheckShape(name, first.Channels, [chosen.Length, first.Height, first.Width], options);
        var planeLength = first.Height * first.Width;
        var values = chosen.Length == 1 ? [] : new float[first.Channels * chosen.Length * planeLength];
        var (decoded, height, width) = (0, 0, 0);
        ForEachPage(content, name, (file, index) =>
        {
            if (pages[index] is { } page)
            {
                var stored = TiffPixels.Decode(file, page, name, content.Length, options);
                (var upright, height, width) = StoredOrientation.Apply(stored, page.Channels, page.Height, page.Width, page.Orientation);
                if (chosen.Length == 1)
                {
                    values = upright;
                    return;
                }

                // [C, H, W] of each page -> [C, D, H, W]
                for (var channel = 0; channel < page.Channels; channel++)
                {
                    upright.AsSpan(channel * planeLength, planeLength).CopyTo(values.AsSpan(((channel * chosen.Length) + decoded) * planeLength));
                }

                decoded++;
            }
        });
        return new DecodedImage(values, first.Channels, chosen.Length == 1 ? [height, width] : [chosen.Length, height, width])
        {
            HasByteValues = first is { Format: SampleFormat.UINT, BitsPerSample: <= 8 },
            LowestIsWhite = first.LowestIsWhite,
        };
    }

    private static void ForEachPage(ReadOnlyMemory<byte> content, string name, Action<Tiff, int> visit)
    {
        var messages = new TiffMessages();

        // "c" keeps LibTiff from cutting long strips into pieces of its own.
        using var file = Tiff.ClientOpen(name, "rc", messages, new TiffContent(content))
            ?? throw new ImageFormatException(name, $"not a readable TIFF file ({messages.FirstError ?? "no reason given"})");
        var count = 0;
        do
        {
            if (!TiffPage.IsAuxiliary(file))
            {
                visit(file, count++);
            }
        }
        while (file.ReadDirectory());
        if (messages.FirstError is { } error)
        {
            throw new ImageFormatException(name, $"the TIFF file is damaged or cut short ({error})");
        }
    }

    private static void CheckAlike(TiffPage[] pages, string name)
    {
        var first = pages[0];
        static (int, int) Size(TiffPage page) => page.Orientation is >= 5 and <= 8 ? (page.Width, page.Height) : (page.Height, page.Width);
        foreach (var page in pages)
        {
            if (Size(page) != Size(first) || page.Channels != first.Channels || page.LowestIsWhite != first.LowestIsWhite || page.Format != first.Format || page.BitsPerSample != first.BitsPerSample)
            {
                throw new ImageFormatException(name, $"the {pages.Length} pages differ in size or kind and make up no volume; choose one with {nameof(ImageReadOptions)}.{nameof(ImageReadOptions.Frame)} (0 to {pages.Length - 1})");
            }
        }
    }
}
