namespace TruncatedTL.MLNet.Imaging.Raster;

/// <summary>Reads parts of memory as if they lay one behind the other.</summary>
internal sealed class JoinedStream(IReadOnlyList<ReadOnlyMemory<byte>> parts) : Stream
{
    private int _part;
    private int _offset;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        var filled = 0;
        while (filled < buffer.Length && _part < parts.Count)
        {
            var rest = parts[_part].Span[_offset..];
            var taken = Math.Min(rest.Length, buffer.Length - filled);
            rest[..taken].CopyTo(buffer[filled..]);
            filled += taken;
            (_part, _offset) = taken == rest.Length ? (_part + 1, 0) : (_part, _offset + taken);
        }

        return filled;
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
