using BitMiracle.LibTiff.Classic;

namespace TruncatedTL.MLNet.Imaging.Raster;

/// <summary>Content in memory as LibTiff reads it.</summary>
internal sealed class TiffContent(ReadOnlyMemory<byte> content) : TiffStream
{
    private long _position;

    /// <inheritdoc/>
    public override int Read(object clientData, byte[] buffer, int offset, int count)
    {
        if (_position < 0 || _position >= content.Length || count <= 0)
        {
            return 0;
        }

        var available = (int)Math.Min(count, content.Length - _position);
        content.Span.Slice((int)_position, available).CopyTo(buffer.AsSpan(offset));
        _position += available;
        return available;
    }

    /// <inheritdoc/>
    public override long Seek(object clientData, long offset, SeekOrigin origin)
    {
        _position = origin switch
        {
            SeekOrigin.Begin => offset,
            SeekOrigin.Current => _position + offset,
            _ => content.Length + offset,
        };
        return _position;
    }

    /// <inheritdoc/>
    public override long Size(object clientData) => content.Length;

    /// <inheritdoc/>
    public override void Write(object clientData, byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Close(object clientData)
    {
        // The memory belongs to the caller.
    }
}
