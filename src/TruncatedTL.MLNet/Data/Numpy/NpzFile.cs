using System.IO.Compression;

namespace TruncatedTL.MLNet.Data.Numpy;

/// <summary>
/// A NumPy archive (<c>numpy.savez</c>, <c>numpy.savez_compressed</c>): a ZIP file of named arrays. The file is opened
/// once; each array is read when it is asked for.
/// </summary>
/// <remarks>
/// <para>
/// Safe on files of unknown origin: no code is ever loaded, memory is taken only after the declared sizes have been
/// found to agree with each other and with what the file can hold, and checksums are verified.
/// </para>
/// <para>Reading is safe from several threads; the reads take turns.</para>
/// </remarks>
/// <example>
/// <code>
/// using var file = NpzFile.Open("breastmnist.npz");
/// var images = file.Read("train_images");          // uint8, [546, 28, 28]
/// var labels = file.Read("train_labels").ToInt64s();
/// </code>
/// </example>
public sealed class NpzFile : IDisposable
{
    private const string ArraySuffix = ".npy";

    // Deflate cannot shrink data further than 1032 to 1; an entry that claims more lies about its size.
    private const long MaxDeflateRatio = 1032;

    private readonly Lock _lock = new();
    private readonly FileStream _stream;
    private readonly ZipArchive _archive;
    private readonly Dictionary<string, ZipArchiveEntry> _entries;
    private readonly long _maxBytes;

    private NpzFile(string path, FileStream stream, ZipArchive archive, long maxBytes)
    {
        FilePath = path;
        _stream = stream;
        _archive = archive;
        _maxBytes = maxBytes;
        _entries = CollectEntries(archive, path, maxBytes);
        Names = Array.AsReadOnly(_entries.Keys.ToArray());
    }

    /// <summary>The file, as it was given.</summary>
    public string FilePath { get; }

    /// <summary>The names of the arrays in the order of the file, without the suffix <c>.npy</c>.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Opens an archive.</summary>
    /// <param name="path">The <c>.npz</c> file.</param>
    /// <param name="maxBytes">The most bytes that all arrays together may have once unpacked. Default: 4 GiB.</param>
    /// <returns>The open archive, to be disposed by the caller.</returns>
    /// <exception cref="FileNotFoundException">The file does not exist.</exception>
    /// <exception cref="ImageFormatException">The file is not a ZIP file, is damaged, holds a name twice, or is larger than allowed.</exception>
    public static NpzFile Open(string path, long maxBytes = NpyArray.DefaultMaxBytes)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxBytes);
        var stream = File.OpenRead(path);
        ZipArchive? archive = null;
        try
        {
            archive = new ZipArchive(stream, ZipArchiveMode.Read, leaveOpen: true);
            return new NpzFile(path, stream, archive, maxBytes);
        }
        catch (Exception e)
        {
            archive?.Dispose();
            stream.Dispose();
            if (IsDamage(e))
            {
                throw new ImageFormatException(path, "not a readable ZIP file, which an .npz file must be", e);
            }

            throw;
        }
    }

    /// <summary>Whether the archive has an array of this name.</summary>
    /// <param name="name">The name without the suffix <c>.npy</c>.</param>
    /// <returns>True where <see cref="Read"/> would find it.</returns>
    public bool Contains(string name)
    {
        return _entries.ContainsKey(name);
    }

    /// <summary>Reads one array.</summary>
    /// <param name="name">The name without the suffix <c>.npy</c>, one of <see cref="Names"/>.</param>
    /// <returns>The array. Nothing is kept: reading again reads the file again.</returns>
    /// <exception cref="ImageFormatException">
    /// There is no such array, the entry is damaged, or its element type is not supported.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The archive has been disposed.</exception>
    public NpyArray Read(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (!_entries.TryGetValue(name, out var entry))
        {
            throw new ImageFormatException(FilePath, $"there is no array '{name}'; there are: {string.Join(", ", Names.Select(NpyHeader.Printable))}");
        }

        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(!_stream.CanRead, this);
            var source = $"{FilePath}/{NpyHeader.Printable(name)}";
            try
            {
                return ReadEntry(entry, source);
            }
            catch (Exception e) when (IsDamage(e))
            {
                throw new ImageFormatException(source, "the compressed entry is damaged", e);
            }
        }
    }

    /// <summary>Closes the file. Arrays that were read stay valid.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _archive.Dispose();
            _stream.Dispose();
        }
    }

    private static Dictionary<string, ZipArchiveEntry> CollectEntries(ZipArchive archive, string path, long maxBytes)
    {
        var entries = new Dictionary<string, ZipArchiveEntry>(StringComparer.Ordinal);
        var totalBytes = 0L;
        foreach (var entry in archive.Entries)
        {
            if (!entry.FullName.EndsWith(ArraySuffix, StringComparison.Ordinal))
            {
                continue;
            }

            var name = entry.FullName[..^ArraySuffix.Length];
            if (!entries.TryAdd(name, entry))
            {
                throw new ImageFormatException(path, $"the array '{NpyHeader.Printable(name)}' occurs twice");
            }

            // Compared before adding, so that absurd sizes cannot overflow the sum.
            if (entry.Length < 0 || entry.Length > maxBytes - totalBytes)
            {
                throw new ImageFormatException(path, $"the arrays unpack to more than {maxBytes} bytes. Raise the limit if the file can be trusted");
            }

            totalBytes += entry.Length;
        }

        return entries;
    }

    // What the framework throws for a damaged archive, depending on which bytes are damaged.
    private static bool IsDamage(Exception exception)
    {
        return exception is InvalidDataException or EndOfStreamException or NotSupportedException or OverflowException or ArgumentException
            || exception.GetType() == typeof(IOException);
    }

    private NpyArray ReadEntry(ZipArchiveEntry entry, string source)
    {
        if (entry.IsEncrypted)
        {
            throw new ImageFormatException(source, "the entry is encrypted");
        }

        if (entry.CompressedLength < 0 || entry.CompressedLength > _stream.Length || entry.Length / MaxDeflateRatio > entry.CompressedLength)
        {
            throw new ImageFormatException(source, $"the entry claims {entry.Length} bytes from {entry.CompressedLength} compressed ones, which cannot be");
        }

        using var stream = new ChecksumStream(entry.Open());
        var array = NpyReader.Read(stream, entry.Length, source, _maxBytes);

        // Exactly the declared bytes have been read; the framework ends the stream there, and more of them would break the checksum.
        return stream.Checksum == entry.Crc32 ? array : throw new ImageFormatException(source, "the entry is damaged: its checksum is wrong");
    }
}
