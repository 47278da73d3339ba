using TruncatedTL.MLNet.Data;

namespace TruncatedTL.MLNet.Imaging.Dicom;

/// <summary>
/// Reads DICOM images: with or without preamble, implicit and explicit, little and big-endian, deflated; pixels that are not compressed, RLE Lossless, JPEG
/// baseline, extended and progressive (8 and 12 bit) and lossless JPEG (up to 16 bit). All other codings are an
/// <see cref="UnsupportedTransferSyntaxException"/> that says how to convert the file.
/// </summary>
/// <remarks>
/// <para>
/// Grey values are delivered in modality units (Hounsfield units for CT): the modality table or slope and intercept are applied, also those of enhanced multi-frame images,
/// which may differ from frame to frame. MONOCHROME1 is not inverted but reported. Palettes and luminance with chrominances become red, green and blue; colours
/// of a palette keep the bits of the palette, 8 or 16.
/// </para>
/// <para>
/// Several frames are a volume in the order of the file, unless <see cref="ImageReadOptions.Frame"/> chooses one. The distance of frames is taken from their positions,
/// else from Spacing Between Slices; where neither says anything there is no spacing. Slices in several files are read by <see cref="DicomSeries"/>.
/// </para>
/// <para>
/// Not applied are the window (it is reported), tables for display, overlays and pixel padding. No message of an exception holds anything that identifies a
/// person, except for what the path says.
/// </para>
/// </remarks>
public sealed class DicomReader : ImageReader
{
    /// <inheritdoc/>
    public override string Name => "DICOM";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Suffixes { get; } = Array.AsReadOnly([".dcm", ".dicom", ".dic"]);

    /// <inheritdoc/>
    public override bool Recognises(ReadOnlySpan<byte> head) => DicomFile.IsDicom(head);

    /// <inheritdoc/>
    /// <exception cref="UnsupportedTransferSyntaxException">The pixels are compressed in a way that is not supported.</exception>
    /// <exception cref="ImageFormatException">The content is damaged or too large, holds no image, or has no such frame.</exception>
    public override DecodedImage Read(ReadOnlyMemory<byte> content, string name, ImageReadOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(options);
        return DicomImage.Of(DicomFile.Parse(content, name, options.MaxValues)).Decode(options);
    }
}
