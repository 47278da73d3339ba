using System.Buffers.Binary;
using System.Text;

namespace TruncatedTL.MLNet.Weights.PyTorch;

/// <summary>Sequential, buffered reading of a part of a file in which every length is checked before it is used.</summary>
internal sealed class PickleInput
{
    private const int BufferBytes = 1 << 16;

    private readonly ByteSource _source;
    private readonly long _end;
    private readonly byte[] _buffer = new byte[BufferBytes];
    private int _cursor;
    private int _filled;
    private long _nextRead;

    /// <summary>Reads the bytes from <paramref name="start"/> up to, not including, <paramref name="end"/>.</summary>
    public PickleInput(ByteSource source, long start, long end)
    {
        _source = source;
        _nextRead = start;
        _end = end;
    }

    /// <summary>The file it reads.</summary>
    public ByteSource Source => _source;

    /// <summary>Offset in the file of the next byte.</summary>
    public long Position => _nextRead - (_filled - _cursor);

    /// <summary>Bytes left.</summary>
    public long Remaining => _end - Position;

    public byte ReadByte()
    {
        if (_cursor == _filled)
        {
            Fill();
        }

        return _buffer[_cursor++];
    }

    public ushort ReadUInt16() => BinaryPrimitives.ReadUInt16LittleEndian(ReadShort(stackalloc byte[sizeof(ushort)]));

    public int ReadInt32() => BinaryPrimitives.ReadInt32LittleEndian(ReadShort(stackalloc byte[sizeof(int)]));

    public uint ReadUInt32() => BinaryPrimitives.ReadUInt32LittleEndian(ReadShort(stackalloc byte[sizeof(uint)]));

    public long ReadInt64() => BinaryPrimitives.ReadInt64LittleEndian(ReadShort(stackalloc byte[sizeof(long)]));

    public ulong ReadUInt64() => BinaryPrimitives.ReadUInt64LittleEndian(ReadShort(stackalloc byte[sizeof(ulong)]));

    /// <summary>Pickle stores floating-point numbers big endian.</summary>
    public double ReadDoubleBigEndian() => BinaryPrimitives.ReadDoubleBigEndian(ReadShort(stackalloc byte[sizeof(double)]));

    /// <summary>Reads so many bytes, at most <paramref name="limit"/>.</summary>
    public byte[] ReadBytes(ulong count, long limit = int.MaxValue)
    {
        if (count > (ulong)Remaining)
        {
            throw new PickleDataException($"a length field claims {count} bytes, but only {Remaining} are left");
        }

        if (count > (ulong)Math.Min(limit, Array.MaxLength))
        {
            throw new PickleDataException($"one value of {count} bytes is too large");
        }

        var bytes = new byte[count];
        ReadInto(bytes);
        return bytes;
    }

    /// <summary>Reads up to the next line feed, which is consumed but not returned.</summary>
    public byte[] ReadLine(int limit)
    {
        var line = new List<byte>();
        byte value;
        while ((value = ReadByte()) != (byte)'\n')
        {
            if (line.Count == limit)
            {
                throw new PickleDataException($"a line of text is longer than {limit} bytes");
            }

            line.Add(value);
        }

        return [.. line];
    }

    /// <summary>A line of ASCII text such as a decimal number.</summary>
    public string ReadAsciiLine(int limit) => Encoding.ASCII.GetString(ReadLine(limit));

    /// <summary>Passes over so many bytes without reading them.</summary>
    public void Skip(long count)
    {
        if (count < 0 || count > Remaining)
        {
            throw new PickleDataException($"{count} bytes are needed, but only {Remaining} are left");
        }

        var target = Position + count;
        _cursor = _filled = 0;
        _nextRead = target;
    }

    private Span<byte> ReadShort(Span<byte> destination)
    {
        ReadInto(destination);
        return destination;
    }

    private void ReadInto(Span<byte> destination)
    {
        if (destination.Length > Remaining)
        {
            throw new PickleDataException($"{destination.Length} bytes are needed, but only {Remaining} are left");
        }

        var buffered = Math.Min(destination.Length, _filled - _cursor);
        _buffer.AsSpan(_cursor, buffered).CopyTo(destination);
        _cursor += buffered;
        var rest = destination[buffered..];
        if (rest.Length >= BufferBytes)
        {
            _source.ReadExactly(_nextRead, rest);
            _nextRead += rest.Length;
        }
        else if (rest.Length > 0)
        {
            Fill();
            _buffer.AsSpan(0, rest.Length).CopyTo(rest);
            _cursor = rest.Length;
        }
    }

    private void Fill()
    {
        var count = (int)Math.Min(BufferBytes, _end - _nextRead);
        if (count <= 0)
        {
            throw new PickleDataException("the data ends in the middle of the pickle");
        }

        _source.ReadExactly(_nextRead, _buffer.AsSpan(0, count));
        _nextRead += count;
        _cursor = 0;
        _filled = count;
    }
}
