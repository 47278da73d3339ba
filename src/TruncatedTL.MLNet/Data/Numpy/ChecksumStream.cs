using TruncatedTL.MLNet.Files;

namespace TruncatedTL.MLNet.Data.Numpy;

/// <summary>A forward-only view of a stream that computes the CRC-32 and the number of the bytes that pass through.</summary>
internal sealed class ChecksumStream(Stream inner) : Stream
{
    private Crc32 _crc;

    /// <summary>CRC-32 of the bytes read so far.</summary>
    public uint Checksum => _crc.Value;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        return Read(buffer.AsSpan(offset, count));
    }

    public override int Read(Span<byte> buffer)
    {
        var count = inner.Read(buffer);
        _crc.Append(buffer[..count]);
        return count;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin)
    {
        throw new NotSupportedException();
    }

    public override void SetLength(long value)
    {
        throw new NotSupportedException();
    }

    public override void Write(byte[] buffer, int offset, int count)
    {
        throw new NotSupportedException();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
