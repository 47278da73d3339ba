using System.Buffers.Binary;
using TruncatedTL.MLNet.Data;

namespace TruncatedTL.MLNet.Imaging.Dicom;

/// <summary>Pixels that are not compressed (PS3.5, section 8.1.1).</summary>
internal sealed class NativeFrames : FrameSource
{
    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly bool _isBigEndian;
    private readonly bool _isSubsampled;
    private readonly PixelDescription _description;

    public NativeFrames(PixelDataElement pixelData, PixelDescription description)
    {
        _bytes = pixelData.Native;
        _isBigEndian = pixelData.IsBigEndianWords;
        _description = description;

        // Not everything that is called 422 really shares its chrominances; the length tells.
        var fullLength = BytesOf((Int128)description.ValuesPerFrame * description.Frames);
        _isSubsampled = description.Photometric == Photometric.YbrFull422 && _bytes.Length < fullLength;
        var needed = _isSubsampled ? fullLength / 3 * 2 : fullLength;
        if (_isSubsampled && (description.BitsAllocated != 8 || description.Columns % 2 != 0 || description.IsPlanar))
        {
            throw new ImageFormatException(description.Name, "YBR_FULL_422 is supported for 8 bits, an even number of columns and colours by pixel");
        }

        if (_bytes.Length < needed)
        {
            throw new ImageFormatException(description.Name, $"the pixel data have {_bytes.Length} bytes, but rows, columns, samples and frames call for {needed}");
        }
    }

    public override Photometric Decode(int frame, uint[] raw)
    {
        if (_isSubsampled)
        {
            DecodeSubsampled(frame, raw);
            return Photometric.YbrFull;
        }

        var first = frame * _description.ValuesPerFrame;
        if (_description.IsPlanar)
        {
            var pixels = raw.Length / _description.Samples;
            for (var sample = 0; sample < _description.Samples; sample++)
            {
                for (var pixel = 0; pixel < pixels; pixel++)
                {
                    raw[(pixel * _description.Samples) + sample] = Value(first + ((long)sample * pixels) + pixel);
                }
            }
        }
        else
        {
            for (var i = 0; i < raw.Length; i++)
            {
                raw[i] = Value(first + i);
            }
        }

        return _description.Photometric == Photometric.YbrFull422 ? Photometric.YbrFull : _description.Photometric;
    }

    // Y1 Y2 Cb Cr for each pair of pixels.
    private void DecodeSubsampled(int frame, uint[] raw)
    {
        var pairs = raw.Length / 6;
        var first = (long)frame * pairs * 4;
        for (var pair = 0; pair < pairs; pair++)
        {
            var at = first + (4L * pair);
            var (blue, red) = (Value(at + 2), Value(at + 3));
            (raw[6 * pair], raw[(6 * pair) + 1], raw[(6 * pair) + 2]) = (Value(at), blue, red);
            (raw[(6 * pair) + 3], raw[(6 * pair) + 4], raw[(6 * pair) + 5]) = (Value(at + 1), blue, red);
        }
    }

    private Int128 BytesOf(Int128 values) => ((values * _description.BitsAllocated) + 7) / 8;

    // The index fits: the constructor has checked that the bytes are there.
    private uint Value(long index)
    {
        var bytes = _bytes.Span;
        switch (_description.BitsAllocated)
        {
            case 1:
                return (uint)(bytes[ByteIndex((int)(index / 8))] >> (int)(index % 8)) & 1;
            case 8:
                return bytes[ByteIndex((int)index)];
            case 16:
                var two = bytes.Slice((int)(2 * index), 2);
                return _isBigEndian ? BinaryPrimitives.ReadUInt16BigEndian(two) : BinaryPrimitives.ReadUInt16LittleEndian(two);
            default:
                var four = bytes.Slice((int)(4 * index), 4);
                return _isBigEndian ? BinaryPrimitives.ReadUInt32BigEndian(four) : BinaryPrimitives.ReadUInt32LittleEndian(four);
        }
    }

    // Bytes that were written as big-endian words have changed places in pairs; an odd one at the end has nothing to change with.
    private int ByteIndex(int index) => _isBigEndian && (index ^ 1) < _bytes.Length ? index ^ 1 : index;
}
