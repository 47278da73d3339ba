using Microsoft.Win32.SafeHandles;

namespace TruncatedTL.MLNet.Training;

/// <summary>
/// Images of one length on disk, one after the other without a header, in little-endian order. Reading copies from the system's page cache, which a mapping
/// into memory would share; but where a disk fails or a file is cut short a read is an error to handle, and an access to a mapping ends the process.
/// Several threads may read at a time.
/// </summary>
internal sealed class ImageFile : IDisposable
{
    private readonly SafeFileHandle _handle;
    private readonly byte[] _pending;
    private readonly string _path;
    private int _pendingLength;
    private long _written;

    private ImageFile(string path, SafeFileHandle handle, int imageBytes, int count, int bufferBytes)
    {
        _path = path;
        _handle = handle;
        ImageBytes = imageBytes;
        Count = count;
        _pending = bufferBytes == 0 ? [] : new byte[bufferBytes];
        _written = (long)count * imageBytes;
    }

    /// <summary>Bytes of an image.</summary>
    public int ImageBytes { get; }

    /// <summary>Number of images.</summary>
    public int Count { get; private set; }

    /// <summary>A new file that nobody else sees and that vanishes with this object or with the process, however that ends.</summary>
    /// <param name="folder">Where there is room.</param>
    /// <param name="imageBytes">Bytes of an image.</param>
    public static ImageFile CreateTemporary(string folder, int imageBytes)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, $"truncatedtl-{Guid.NewGuid():N}.images");
        var handle = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Delete, FileOptions.DeleteOnClose);
        if (!OperatingSystem.IsWindows())
        {
            // Without a name it cannot be left behind; what is open stays readable.
            File.Delete(path);
        }

        return new ImageFile(path, handle, imageBytes, count: 0, Math.Max(imageBytes, 1 << 20));
    }

    /// <summary>Opens a complete file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="imageBytes">Bytes of an image.</param>
    /// <param name="count">Number of images.</param>
    /// <exception cref="InvalidDataException">The file has another length.</exception>
    public static ImageFile Open(string path, int imageBytes, int count)
    {
        var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        var length = RandomAccess.GetLength(handle);
        if (length != (long)imageBytes * count)
        {
            handle.Dispose();
            throw new InvalidDataException($"'{path}' has {length} bytes; {count} images of {imageBytes} bytes are expected.");
        }

        return new ImageFile(path, handle, imageBytes, count, bufferBytes: 0);
    }

    /// <summary>Adds an image.</summary>
    /// <param name="image">Its <see cref="ImageBytes"/> bytes.</param>
    public void Append(ReadOnlySpan<byte> image)
    {
        if (_pendingLength + image.Length > _pending.Length)
        {
            Flush();
        }

        image.CopyTo(_pending.AsSpan(_pendingLength));
        _pendingLength += image.Length;
        Count++;
    }

    /// <summary>Reads an image.</summary>
    /// <param name="index">Which one.</param>
    /// <param name="destination">At least <see cref="ImageBytes"/> bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such image.</exception>
    /// <exception cref="IOException">The disk does not give it back.</exception>
    public void Read(int index, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        var offset = (long)index * ImageBytes;
        var rest = destination[..ImageBytes];
        if (offset >= _written)
        {
            _pending.AsSpan(checked((int)(offset - _written)), ImageBytes).CopyTo(rest);
            return;
        }

        while (rest.Length > 0)
        {
            var read = RandomAccess.Read(_handle, rest, offset);
            if (read == 0)
            {
                throw new EndOfStreamException($"'{_path}' ends within image {index}.");
            }

            rest = rest[read..];
            offset += read;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    private void Flush()
    {
        RandomAccess.Write(_handle, _pending.AsSpan(0, _pendingLength), _written);
        _written += _pendingLength;
        _pendingLength = 0;
    }
}
