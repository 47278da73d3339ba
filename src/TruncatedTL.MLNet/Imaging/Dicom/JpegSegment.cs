using TruncatedTL.MLNet.Data;

namespace TruncatedTL.MLNet.Imaging.Dicom;

/// <summary>One marker of a JPEG stream with what belongs to it (ITU-T T.81, annex B).</summary>
/// <param name="Marker">The second byte of the marker.</param>
/// <param name="Payload">What stands behind the length.</param>
/// <param name="EntropyCoded">The compressed values behind the header of a scan, restart markers included.</param>
internal readonly record struct JpegSegment(byte Marker, ReadOnlyMemory<byte> Payload, ReadOnlyMemory<byte> EntropyCoded)
{
    public const byte StartOfFrameBaseline = 0xC0;
    public const byte StartOfFrameExtended = 0xC1;
    public const byte StartOfFrameProgressive = 0xC2;
    public const byte StartOfFrameLossless = 0xC3;
    public const byte HuffmanTables = 0xC4;
    public const byte StartOfImage = 0xD8;
    public const byte EndOfImage = 0xD9;
    public const byte StartOfScan = 0xDA;
    public const byte QuantizationTables = 0xDB;
    public const byte RestartInterval = 0xDD;
    public const byte ApplicationJfif = 0xE0;
    public const byte ApplicationAdobe = 0xEE;

    /// <summary>Whether the marker is one of the starts of a frame; C4, C8 and CC are none.</summary>
    public bool IsStartOfFrame => Marker is >= 0xC0 and <= 0xCF and not (HuffmanTables or 0xC8 or 0xCC);

    /// <summary>Splits a stream into its segments. It must begin and end as a stream does; padding behind the end is passed over.</summary>
    public static IReadOnlyList<JpegSegment> Split(ReadOnlyMemory<byte> stream, string name)
    {
        var bytes = stream.Span;
        if (bytes.Length < 4 || bytes[0] != 0xFF || bytes[1] != StartOfImage)
        {
            throw new ImageFormatException(name, "a frame does not begin as a JPEG stream does");
        }

        var segments = new List<JpegSegment>();
        var at = 2;
        while (true)
        {
            if (at + 2 > bytes.Length)
            {
                throw new ImageFormatException(name, "the JPEG stream of a frame is cut off");
            }

            if (bytes[at] != 0xFF)
            {
                throw new ImageFormatException(name, "the JPEG stream of a frame is damaged: no marker where one should be");
            }

            var marker = bytes[at + 1];
            if (marker == 0xFF)
            {
                at++;
                continue;
            }

            if (marker == EndOfImage)
            {
                return segments;
            }

            var length = at + 4 <= bytes.Length ? (bytes[at + 2] << 8) | bytes[at + 3] : 0;
            if (marker is 0x00 or 0x01 or (>= 0xD0 and <= StartOfImage) || length < 2 || at + 2 + length > bytes.Length)
            {
                throw new ImageFormatException(name, "the JPEG stream of a frame is damaged: a segment has a wrong marker or length");
            }

            var payload = stream.Slice(at + 4, length - 2);
            at += 2 + length;
            var entropyEnd = marker == StartOfScan ? EndOfEntropyCoded(bytes, at) : at;
            segments.Add(new JpegSegment(marker, payload, stream[at..entropyEnd]));
            at = entropyEnd;
        }
    }

    // A byte FF among compressed values is followed by 00, or by the number of a restart.
    private static int EndOfEntropyCoded(ReadOnlySpan<byte> bytes, int at)
    {
        while (at < bytes.Length)
        {
            var offset = bytes[at..].IndexOf((byte)0xFF);
            if (offset < 0 || at + offset + 1 >= bytes.Length)
            {
                return bytes.Length;
            }

            at += offset;
            if (bytes[at + 1] is not (0x00 or (>= 0xD0 and <= 0xD7)))
            {
                return at;
            }

            at += 2;
        }

        return bytes.Length;
    }
}
