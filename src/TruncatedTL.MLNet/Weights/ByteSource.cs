namespace TruncatedTL.MLNet.Weights;

/// <summary>
/// A file or stream read at any offset, with every length checked against what is really there before memory is
/// allocated, so that a damaged length field costs nothing.
/// </summary>
internal sealed class ByteSource
{
    private readonly Stream _stream;
    private readonly long _origin;

    private ByteSource(Stream stream, string fileName, string? part = null)
    {
        _stream = stream;
        _origin = stream.Position;
        Length = Math.Max(0, stream.Length - _origin);
        FileName = fileName;
        Name = part is null ? fileName : $"{fileName} ({part})";
    }

    /// <summary>The file.</summary>
    public string FileName { get; }

    /// <summary>What messages call it: the file and, where it is only a part of it, the part.</summary>
    public string Name { get; }

    /// <summary>Number of bytes from the stream's position at the start to its end.</summary>
    public long Length { get; }

    /// <summary>Reads from the stream's current position; a stream that cannot seek is first read into memory.</summary>
    public static ByteSource FromStream(Stream stream, string name)
    {
        if (stream.CanSeek)
        {
            return new ByteSource(stream, name);
        }

        var copy = new MemoryStream();
        var buffer = new byte[81920];
        int count;
        while ((count = stream.Read(buffer)) > 0)
        {
            if (copy.Length + count > Array.MaxLength)
            {
                throw new WeightsFormatException(
                    $"'{name}' is a stream that cannot seek and holds more than {Array.MaxLength} bytes: save it to a file and load that.",
                    name, null);
            }

            copy.Write(buffer, 0, count);
        }

        copy.Position = 0;
        return new ByteSource(copy, name);
    }

    /// <summary>A part of this file that was read into memory, for example an archive entry.</summary>
    public ByteSource Part(byte[] content, string name) => new(new MemoryStream(content, writable: false), FileName, name);

    /// <summary>Fills <paramref name="destination"/> from <paramref name="offset"/>.</summary>
    public void ReadExactly(long offset, Span<byte> destination)
    {
        if (offset < 0 || offset > Length - destination.Length)
        {
            throw Damaged($"it ends too early: {destination.Length} bytes are needed, the file has {Length}", offset);
        }

        try
        {
            _stream.Position = _origin + offset;
            _stream.ReadExactly(destination);
        }
        catch (EndOfStreamException exception)
        {
            throw Damaged("it became shorter while it was read", offset, exception);
        }
    }

    /// <summary>Reads <paramref name="count"/> bytes into a new array.</summary>
    public byte[] ReadBytes(long offset, long count)
    {
        if (offset < 0 || count < 0 || offset > Length || count > Length - offset)
        {
            throw Damaged($"it ends too early: {count} bytes are needed, the file has {Length}", offset);
        }

        if (count > Array.MaxLength)
        {
            throw Damaged($"one piece of data has {count} bytes; at most {Array.MaxLength} are supported", offset);
        }

        var bytes = GC.AllocateUninitializedArray<byte>((int)count);
        ReadExactly(offset, bytes);
        return bytes;
    }

    /// <summary>The error for a file that cannot be read.</summary>
    public WeightsFormatException Damaged(string problem, long? offset = null, Exception? inner = null)
    {
        var place = offset is { } at ? $" (at byte {at})" : string.Empty;
        return new WeightsFormatException($"Cannot read weights from '{Name}': {problem}{place}.", FileName, offset, inner);
    }
}
