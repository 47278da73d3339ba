using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using TruncatedTL.MLNet.Files;

namespace TruncatedTL.MLNet.Weights.PyTorch;

/// <summary>
/// Reads entries of a zip archive. PyTorch stores them uncompressed; an archive packed again by another tool may be
/// deflated, which is accepted up to a total that a compression bomb exceeds.
/// </summary>
internal sealed class ZipContent
{
    private const int LocalHeaderBytes = 30;
    private const uint LocalHeaderSignature = 0x04034B50;
    private const ushort EncryptedFlag = 1;
    private const ushort Stored = 0;
    private const ushort Deflated = 8;
    private const long FreeInflatedBytes = 16L << 20;
    private const int InflationFactor = 20;

    private readonly ByteSource _source;
    private long _inflationBudgetBytes;

    public ZipContent(ByteSource source)
    {
        _source = source;
        _inflationBudgetBytes = FreeInflatedBytes + (InflationFactor * source.Length);
        Entries = ZipDirectory.Read(source);
    }

    /// <summary>The entries by name.</summary>
    public IReadOnlyDictionary<string, ZipEntry> Entries { get; }

    /// <summary>Reads an entry whole and checks its checksum.</summary>
    public byte[] Read(ZipEntry entry)
    {
        var quoted = DisplayText.Quote(entry.Name);
        if ((entry.Flags & EncryptedFlag) != 0)
        {
            throw _source.Damaged($"zip entry {quoted} is encrypted", entry.HeaderOffset);
        }

        var dataOffset = FindData(entry);
        if (entry.CompressedSize > entry.Limit - dataOffset)
        {
            throw _source.Damaged($"zip entry {quoted} reaches into what follows it", entry.HeaderOffset);
        }

        var bytes = entry.Method switch
        {
            Stored when entry.CompressedSize == entry.UncompressedSize => _source.ReadBytes(dataOffset, entry.CompressedSize),
            Stored => throw _source.Damaged($"stored zip entry {quoted} has two different sizes", entry.HeaderOffset),
            Deflated => Inflate(entry, dataOffset),
            _ => throw _source.Damaged($"zip entry {quoted} is compressed with unknown method {entry.Method}", entry.HeaderOffset),
        };

        // PyTorch writes 0 where it was told not to compute checksums.
        if (entry.Crc != 0 && Crc32.Compute(bytes) != entry.Crc)
        {
            throw _source.Damaged($"zip entry {quoted} is damaged: its checksum does not match", dataOffset);
        }

        return bytes;
    }

    private long FindData(ZipEntry entry)
    {
        Span<byte> header = stackalloc byte[LocalHeaderBytes];
        _source.ReadExactly(entry.HeaderOffset, header);
        var nameLength = BinaryPrimitives.ReadUInt16LittleEndian(header[26..]);
        var extraLength = BinaryPrimitives.ReadUInt16LittleEndian(header[28..]);
        var name = _source.ReadBytes(entry.HeaderOffset + LocalHeaderBytes, nameLength);
        if (BinaryPrimitives.ReadUInt32LittleEndian(header) != LocalHeaderSignature
            || BinaryPrimitives.ReadUInt16LittleEndian(header[8..]) != entry.Method
            || Encoding.UTF8.GetString(name) != entry.Name)
        {
            throw _source.Damaged($"zip entry {DisplayText.Quote(entry.Name)} does not stand where the directory says", entry.HeaderOffset);
        }

        return entry.HeaderOffset + LocalHeaderBytes + nameLength + extraLength;
    }

    private byte[] Inflate(ZipEntry entry, long dataOffset)
    {
        var quoted = DisplayText.Quote(entry.Name);
        _inflationBudgetBytes -= entry.UncompressedSize;
        if (_inflationBudgetBytes < 0 || entry.UncompressedSize > Array.MaxLength)
        {
            throw _source.Damaged(
                $"zip entry {quoted} would unpack from {entry.CompressedSize} to {entry.UncompressedSize} bytes, which looks like a "
                + "compression bomb; PyTorch stores entries uncompressed", entry.HeaderOffset);
        }

        var compressed = _source.ReadBytes(dataOffset, entry.CompressedSize);
        try
        {
            using var inflater = new DeflateStream(new MemoryStream(compressed), CompressionMode.Decompress);
            var bytes = new byte[entry.UncompressedSize];
            inflater.ReadExactly(bytes);
            if (inflater.ReadByte() >= 0)
            {
                throw _source.Damaged($"zip entry {quoted} unpacks to more than the {entry.UncompressedSize} bytes it claims", entry.HeaderOffset);
            }

            return bytes;
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException)
        {
            throw _source.Damaged($"the compressed zip entry {quoted} is damaged", dataOffset, exception);
        }
    }
}
