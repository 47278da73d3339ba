using TruncatedTL.MLNet.Data;

namespace TruncatedTL.MLNet.Imaging.Dicom;

/// <summary>JPEG pixel data (PS3.5, 8.2.1). The stream's own header says which process it is; files that name another one are common.</summary>
internal sealed class JpegFrames : FrameSource
{
    // One bit a block of 64 values is the least a lossy stream needs, and chrominances may be shared by up to 16 pixels.
    private const int MaxValuesPerByte = 2048;

    private readonly EncapsulatedFrames _frames;
    private readonly PixelDescription _description;

    public JpegFrames(PixelDataElement pixelData, PixelDescription description)
    {
        _frames = new EncapsulatedFrames(pixelData, description, [0xFF, JpegSegment.StartOfImage]);
        _description = description;
        if ((Int128)description.ValuesPerFrame * description.Frames > (Int128)_frames.TotalBytes * MaxValuesPerByte)
        {
            throw new ImageFormatException(description.Name, $"{_frames.TotalBytes} bytes of JPEG cannot hold the pixels that rows, columns and frames call for");
        }

        // Before memory is taken for a size that only the data set claims.
        Split(frame: 0);
    }

    public override Photometric Decode(int frame, uint[] raw)
    {
        var name = _description.Name;
        var (segments, header) = Split(frame);
        switch (header.Marker)
        {
            case JpegSegment.StartOfFrameBaseline or JpegSegment.StartOfFrameExtended or JpegSegment.StartOfFrameProgressive:
                new JpegLossyDecoder(header, name).Decode(segments, raw);
                break;
            case JpegSegment.StartOfFrameLossless:
                new JpegLosslessDecoder(header, name).Decode(segments, raw);
                break;
            default:
                throw new ImageFormatException(name, $"a JPEG stream of process SOF{header.Marker & 15} is not supported, and is not what the transfer syntax announces");
        }

        return Meaning(segments, header);
    }

    private (IReadOnlyList<JpegSegment> Segments, JpegFrameHeader Header) Split(int frame)
    {
        var segments = JpegSegment.Split(_frames[frame], _description.Name);
        var starts = segments.Where(segment => segment.IsStartOfFrame).ToArray();
        if (starts is not [var start])
        {
            throw new ImageFormatException(_description.Name, $"a JPEG stream has {starts.Length} frame headers instead of one");
        }

        var header = JpegFrameHeader.Read(start, _description.Name);
        Check(header);
        return (segments, header);
    }

    private void Check(JpegFrameHeader header)
    {
        if (header.Height != _description.Rows || header.Width != _description.Columns || header.Components.Count != _description.Samples)
        {
            throw new ImageFormatException(
                _description.Name,
                $"a JPEG stream of {header.Height} x {header.Width} pixels with {header.Components.Count} components is in an image of "
                + $"{_description.Rows} x {_description.Columns} with {_description.Samples}");
        }

        if (header.Precision > _description.BitsAllocated)
        {
            throw new ImageFormatException(_description.Name, $"a JPEG stream of {header.Precision} bits is in an image of {_description.BitsAllocated}");
        }
    }

    // What encoders write into the stream is more reliable than the data set, which many writers do not change when they compress.
    private Photometric Meaning(IReadOnlyList<JpegSegment> segments, JpegFrameHeader header)
    {
        if (header.Components.Count == 1)
        {
            return _description.Photometric;
        }

        foreach (var payload in segments.Where(segment => segment.Marker == JpegSegment.ApplicationAdobe).Select(segment => segment.Payload.Span.ToArray()))
        {
            if (payload.AsSpan().StartsWith("Adobe"u8) && payload.Length >= 12)
            {
                return payload[11] == 0 ? Photometric.Rgb : Photometric.YbrFull;
            }
        }

        var isLossy = header.Marker != JpegSegment.StartOfFrameLossless;
        if (isLossy && segments.Any(segment => segment.Marker == JpegSegment.ApplicationJfif && segment.Payload.Span.StartsWith("JFIF\0"u8)))
        {
            return Photometric.YbrFull;
        }

        return header.Components.Select(component => (char)component.Id).SequenceEqual("RGB") || _description.Photometric == Photometric.Rgb ? Photometric.Rgb : Photometric.YbrFull;
    }
}
