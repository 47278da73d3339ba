using System.Buffers.Binary;
using TruncatedTL.MLNet.Data;

namespace TruncatedTL.MLNet.Imaging.Dicom;

/// <summary>A position in a file's content; the only place where bytes are taken from it, and where it is found that there are too few.</summary>
internal sealed class ByteCursor(ReadOnlyMemory<byte> content, string name)
{
    public int Position { get; private set; }

    public int Length => content.Length;

    public int Remaining => content.Length - Position;

    public ReadOnlySpan<byte> Rest => content.Span[Position..];

    /// <summary>Takes bytes without copying them.</summary>
    public ReadOnlyMemory<byte> Take(long count, string what)
    {
        if (count > Remaining)
        {
            throw new ImageFormatException(name, $"the file is cut off or a length in it is wrong: {what} should have {count} bytes from byte {Position}, but {Remaining} are left");
        }

        var bytes = content.Slice(Position, (int)count);
        Position += (int)count;
        return bytes;
    }

    public ushort TakeUInt16(bool isBigEndian, string what)
    {
        var bytes = Take(2, what).Span;
        return isBigEndian ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : BinaryPrimitives.ReadUInt16LittleEndian(bytes);
    }

    public uint TakeUInt32(bool isBigEndian, string what)
    {
        var bytes = Take(4, what).Span;
        return isBigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);
    }

    public DicomTag TakeTag(bool isBigEndian)
    {
        var group = TakeUInt16(isBigEndian, "a tag");
        return (DicomTag)(((uint)group << 16) | TakeUInt16(isBigEndian, "a tag"));
    }
}
