using System.Buffers.Binary;
using TruncatedTL.MLNet.Data;

namespace TruncatedTL.MLNet.Imaging.Dicom;

/// <summary>
/// RLE Lossless (PS3.5, annex G): each byte of each colour is a plane of its own, the highest byte first, compressed by repeating bytes.
/// </summary>
internal sealed class RunLengthFrames : FrameSource
{
    private const int HeaderLength = 64;

    // Two bytes can stand for 128 at most, so a shorter file cannot hold what its header promises.
    private const int MaxRatio = 64;

    private readonly EncapsulatedFrames _frames;
    private readonly PixelDescription _description;
    private readonly int _bytesPerValue;

    public RunLengthFrames(PixelDataElement pixelData, PixelDescription description)
    {
        if (description.BitsAllocated == 1)
        {
            throw new ImageFormatException(description.Name, "RLE Lossless with 1 bit per value is not supported");
        }

        _frames = new EncapsulatedFrames(pixelData, description, startMark: []);
        _description = description;
        _bytesPerValue = description.BitsAllocated / 8;
        if ((Int128)description.ValuesPerFrame * description.Frames * _bytesPerValue > (Int128)_frames.TotalBytes * MaxRatio)
        {
            throw new ImageFormatException(description.Name, $"{_frames.TotalBytes} bytes of RLE cannot hold the pixels that rows, columns and frames call for");
        }
    }

    public override Photometric Decode(int frame, uint[] raw)
    {
        var content = _frames[frame].Span;
        var planes = _description.Samples * _bytesPerValue;
        if (content.Length < HeaderLength || BinaryPrimitives.ReadUInt32LittleEndian(content) != planes)
        {
            throw Damaged(frame, $"its header does not announce {planes} segments");
        }

        Array.Clear(raw);
        for (var plane = 0; plane < planes; plane++)
        {
            var start = BinaryPrimitives.ReadUInt32LittleEndian(content[(4 + (4 * plane))..]);
            var end = plane + 1 < planes ? BinaryPrimitives.ReadUInt32LittleEndian(content[(8 + (4 * plane))..]) : (uint)content.Length;
            if (start < HeaderLength || start > end || end > content.Length)
            {
                throw Damaged(frame, "the offsets in its header are wrong");
            }

            var shift = 8 * (_bytesPerValue - 1 - (plane % _bytesPerValue));
            DecodePlane(content[(int)start..(int)end], raw, plane / _bytesPerValue, shift, frame);
        }

        return _description.Photometric == Photometric.YbrFull422 ? Photometric.YbrFull : _description.Photometric;
    }

    private void DecodePlane(ReadOnlySpan<byte> segment, uint[] raw, int sample, int shift, int frame)
    {
        var step = _description.Samples;
        var target = sample;
        var at = 0;
        while (target < raw.Length)
        {
            var control = at < segment.Length ? (sbyte)segment[at++] : throw Damaged(frame, "a segment ends too early");
            if (control == sbyte.MinValue)
            {
                continue;
            }

            var count = control >= 0 ? control + 1 : 1 - control;
            if (at + (control >= 0 ? count : 1) > segment.Length || count > (raw.Length - target + step - 1) / step)
            {
                throw Damaged(frame, "a segment has too few or too many bytes");
            }

            for (var i = 0; i < count; i++, target += step)
            {
                raw[target] |= (uint)segment[control >= 0 ? at + i : at] << shift;
            }

            at += control >= 0 ? count : 1;
        }
    }

    private ImageFormatException Damaged(int frame, string problem) => new(_description.Name, $"the RLE data of frame {frame} are damaged: {problem}");
}
