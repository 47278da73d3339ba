using System.Collections.Frozen;
using System.Globalization;

namespace TruncatedTL.MLNet.Imaging.Dicom;

/// <summary>How a file is encoded: its data set, and its pixels (PS3.5, annex A; names from PS3.6, annex A).</summary>
internal sealed record TransferSyntax(string Uid, string Name, DicomEncoding Encoding, PixelCoding Coding, bool IsDeflated = false)
{
    private const string StandardRoot = "1.2.840.10008.1.2";
    private const string Gdcm = "decompress the file first, for example with `gdcmconv --raw in.dcm out.dcm`";

    public static readonly TransferSyntax ImplicitLittleEndian = new(StandardRoot, "Implicit VR Little Endian", DicomEncoding.ImplicitLittleEndian, PixelCoding.Native);
    public static readonly TransferSyntax ExplicitLittleEndian = new(StandardRoot + ".1", "Explicit VR Little Endian", DicomEncoding.ExplicitLittleEndian, PixelCoding.Native);
    public static readonly TransferSyntax ExplicitBigEndian = new(StandardRoot + ".2", "Explicit VR Big Endian", DicomEncoding.ExplicitBigEndian, PixelCoding.Native);

    private static readonly FrozenDictionary<string, TransferSyntax> Known = new[]
    {
        ImplicitLittleEndian,
        ExplicitLittleEndian,
        ExplicitBigEndian,
        ExplicitLittleEndian with { Uid = StandardRoot + ".1.99", Name = "Deflated Explicit VR Little Endian", IsDeflated = true },
        Compressed("5", "RLE Lossless", PixelCoding.RunLength),
        Compressed("4.50", "JPEG Baseline (Process 1)", PixelCoding.Jpeg),
        Compressed("4.51", "JPEG Extended (Process 2 & 4)", PixelCoding.Jpeg),
        Compressed("4.53", "JPEG Spectral Selection, Non-Hierarchical (Process 6 & 8)", PixelCoding.Jpeg),
        Compressed("4.55", "JPEG Full Progression, Non-Hierarchical (Process 10 & 12)", PixelCoding.Jpeg),
        Compressed("4.57", "JPEG Lossless, Non-Hierarchical (Process 14)", PixelCoding.Jpeg),
        Compressed("4.70", "JPEG Lossless, Non-Hierarchical, First-Order Prediction (Process 14, Selection Value 1)", PixelCoding.Jpeg),
        Compressed("1.98", "Encapsulated Uncompressed Explicit VR Little Endian"),
        Compressed("8.1", "Deflated Image Frame Compression"),
        Compressed("4.52", "JPEG Extended (Process 3 & 5)"),
        Compressed("4.54", "JPEG Spectral Selection, Non-Hierarchical (Process 7 & 9)"),
        Compressed("4.56", "JPEG Full Progression, Non-Hierarchical (Process 11 & 13)"),
        Compressed("4.58", "JPEG Lossless, Non-Hierarchical (Process 15)"),
        Compressed("4.59", "JPEG Extended, Hierarchical (Process 16 & 18)"),
        Compressed("4.60", "JPEG Extended, Hierarchical (Process 17 & 19)"),
        Compressed("4.61", "JPEG Spectral Selection, Hierarchical (Process 20 & 22)"),
        Compressed("4.62", "JPEG Spectral Selection, Hierarchical (Process 21 & 23)"),
        Compressed("4.63", "JPEG Full Progression, Hierarchical (Process 24 & 26)"),
        Compressed("4.64", "JPEG Full Progression, Hierarchical (Process 25 & 27)"),
        Compressed("4.65", "JPEG Lossless, Hierarchical (Process 28)"),
        Compressed("4.66", "JPEG Lossless, Hierarchical (Process 29)"),
        Compressed("4.80", "JPEG-LS Lossless Image Compression"),
        Compressed("4.81", "JPEG-LS Lossy (Near-Lossless) Image Compression"),
        Compressed("4.90", "JPEG 2000 Image Compression (Lossless Only)"),
        Compressed("4.91", "JPEG 2000 Image Compression"),
        Compressed("4.92", "JPEG 2000 Part 2 Multi-component Image Compression (Lossless Only)"),
        Compressed("4.93", "JPEG 2000 Part 2 Multi-component Image Compression"),
        Compressed("4.94", "JPIP Referenced"),
        Compressed("4.95", "JPIP Referenced Deflate") with { IsDeflated = true },
        Compressed("4.100", "MPEG2 Main Profile / Main Level"),
        Compressed("4.101", "MPEG2 Main Profile / High Level"),
        Compressed("4.102", "MPEG-4 AVC/H.264 High Profile / Level 4.1"),
        Compressed("4.103", "MPEG-4 AVC/H.264 BD-compatible High Profile / Level 4.1"),
        Compressed("4.104", "MPEG-4 AVC/H.264 High Profile / Level 4.2 For 2D Video"),
        Compressed("4.105", "MPEG-4 AVC/H.264 High Profile / Level 4.2 For 3D Video"),
        Compressed("4.106", "MPEG-4 AVC/H.264 Stereo High Profile / Level 4.2"),
        Compressed("4.107", "HEVC/H.265 Main Profile / Level 5.1"),
        Compressed("4.108", "HEVC/H.265 Main 10 Profile / Level 5.1"),
        Compressed("4.110", "JPEG XL Lossless"),
        Compressed("4.111", "JPEG XL JPEG Recompression"),
        Compressed("4.112", "JPEG XL"),
        Compressed("4.201", "High-Throughput JPEG 2000 Image Compression (Lossless Only)"),
        Compressed("4.202", "High-Throughput JPEG 2000 with RPCL Options Image Compression (Lossless Only)"),
        Compressed("4.203", "High-Throughput JPEG 2000 Image Compression"),
        Compressed("4.204", "JPIP HTJ2K Referenced"),
        Compressed("4.205", "JPIP HTJ2K Referenced Deflate") with { IsDeflated = true },
    }.ToFrozenDictionary(syntax => syntax.Uid);

    /// <summary>How a file in this syntax can be made readable.</summary>
    public string Advice
    {
        get
        {
            var isImageCoding = Uid.StartsWith(StandardRoot + ".4.", StringComparison.Ordinal);
            return !isImageCoding || !int.TryParse(Uid.AsSpan(StandardRoot.Length + 3), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? Gdcm : number switch
            {
                > 50 and < 70 => "decompress the file first, for example with `dcmdjpeg in.dcm out.dcm`",
                80 or 81 => "decompress the file first, for example with `dcmdjpls in.dcm out.dcm` or `gdcmconv --raw in.dcm out.dcm`",
                94 or 95 or 204 or 205 => "its pixels are on another server; export the file with the pixels in it",
                >= 100 and <= 108 => "it is a film; extract its frames, for example with ffmpeg",
                _ => Gdcm,
            };
        }
    }

    /// <summary>The syntax of a unique identifier. One that is not known has no pixel coding that is supported.</summary>
    public static TransferSyntax Find(string uid)
    {
        if (Known.TryGetValue(uid, out var syntax))
        {
            return syntax;
        }

        // A damaged file may hold anything at this place; only what belongs to the standard is repeated.
        var isStandard = uid.StartsWith(StandardRoot + ".", StringComparison.Ordinal) && uid.Length < 32 && uid.All(c => char.IsAsciiDigit(c) || c == '.');
        return new TransferSyntax(uid, isStandard ? $"{uid} (not known to this library)" : "(one that the standard does not know)", DicomEncoding.ExplicitLittleEndian, PixelCoding.Unsupported);
    }

    /// <summary>The syntax of a data set that is not told any.</summary>
    public static TransferSyntax Of(DicomEncoding encoding) =>
        !encoding.IsExplicit ? ImplicitLittleEndian : encoding.IsBigEndian ? ExplicitBigEndian : ExplicitLittleEndian;

    private static TransferSyntax Compressed(string suffix, string name, PixelCoding coding = PixelCoding.Unsupported) =>
        new($"{StandardRoot}.{suffix}", name, DicomEncoding.ExplicitLittleEndian, coding);
}
