using System.Buffers.Binary;
using TruncatedTL.MLNet.Data;

namespace TruncatedTL.MLNet.Imaging.Dicom;

/// <summary>The header of a JPEG frame (ITU-T T.81, B.2.2).</summary>
internal sealed record JpegFrameHeader(byte Marker, int Precision, int Height, int Width, IReadOnlyList<JpegComponent> Components)
{
    public static JpegFrameHeader Read(JpegSegment segment, string name)
    {
        var bytes = segment.Payload.Span;
        if (bytes.Length < 6 || bytes.Length != 6 + (3 * bytes[5]))
        {
            throw new ImageFormatException(name, "the frame header of a JPEG stream is damaged");
        }

        var components = new JpegComponent[bytes[5]];
        for (var i = 0; i < components.Length; i++)
        {
            var part = bytes.Slice(6 + (3 * i), 3);
            components[i] = new JpegComponent(part[0], part[1] >> 4, part[1] & 15, part[2]);
        }

        return new JpegFrameHeader(segment.Marker, bytes[0], BinaryPrimitives.ReadUInt16BigEndian(bytes[1..]), BinaryPrimitives.ReadUInt16BigEndian(bytes[3..]), components);
    }
}
