using System.Buffers.Binary;
using System.Text;

namespace TruncatedTL.MLNet.Weights.PyTorch;

/// <summary>
/// Reads the central directory of a zip archive, with ZIP64. Stricter than a general zip reader: names are unique and
/// entries do not overlap, so that the memory an archive takes is bounded by its size.
/// </summary>
internal static class ZipDirectory
{
    private const uint EndSignature = 0x06054B50;
    private const uint End64Signature = 0x06064B50;
    private const uint Locator64Signature = 0x07064B50;
    private const uint EntrySignature = 0x02014B50;
    private const int EndBytes = 22;
    private const int End64Bytes = 56;
    private const int Locator64Bytes = 20;
    private const int EntryBytes = 46;
    private const int MaxCommentBytes = ushort.MaxValue;
    private const int LocalHeaderBytes = 30;
    private const long MaxDirectoryBytes = 256L << 20;
    private const ushort Zip64ExtraId = 1;

    /// <summary>The entries by name.</summary>
    public static IReadOnlyDictionary<string, ZipEntry> Read(ByteSource source)
    {
        var (offset, size, count) = FindDirectory(source);
        if (size > MaxDirectoryBytes || count > size / EntryBytes)
        {
            throw source.Damaged($"the zip directory claims {count} entries in {size} bytes", offset);
        }

        var directory = source.ReadBytes(offset, size);
        var entries = new List<ZipEntry>();
        var position = 0;
        for (var i = 0L; i < count; i++)
        {
            entries.Add(ReadEntry(source, directory, ref position, offset));
        }

        return Index(source, entries, offset);
    }

    private static (long Offset, long Size, long Count) FindDirectory(ByteSource source)
    {
        var tailLength = Math.Min(source.Length, EndBytes + MaxCommentBytes);
        var tailStart = source.Length - tailLength;
        var tail = source.ReadBytes(tailStart, tailLength);
        for (var i = tail.Length - EndBytes; i >= 0; i--)
        {
            var end = tail.AsSpan(i);
            if (BinaryPrimitives.ReadUInt32LittleEndian(end) == EndSignature
                && BinaryPrimitives.ReadUInt16LittleEndian(end[20..]) == end.Length - EndBytes)
            {
                return ReadEnd(source, end, tailStart + i);
            }
        }

        throw source.Damaged(
            $"it begins like a zip archive, but the directory at its end is missing: the file is truncated (it has {source.Length} bytes)");
    }

    private static (long Offset, long Size, long Count) ReadEnd(ByteSource source, ReadOnlySpan<byte> end, long endOffset)
    {
        var diskNumbers = BinaryPrimitives.ReadUInt32LittleEndian(end[4..]);
        long count = BinaryPrimitives.ReadUInt16LittleEndian(end[10..]);
        long size = BinaryPrimitives.ReadUInt32LittleEndian(end[12..]);
        long offset = BinaryPrimitives.ReadUInt32LittleEndian(end[16..]);
        var directoryEnd = endOffset;
        if (count == ushort.MaxValue || size == uint.MaxValue || offset == uint.MaxValue)
        {
            Span<byte> locator = stackalloc byte[Locator64Bytes];
            source.ReadExactly(endOffset - Locator64Bytes, locator);
            var end64Offset = BinaryPrimitives.ReadInt64LittleEndian(locator[8..]);
            if (BinaryPrimitives.ReadUInt32LittleEndian(locator) != Locator64Signature)
            {
                throw source.Damaged("the ZIP64 locator is missing", endOffset - Locator64Bytes);
            }

            Span<byte> end64 = stackalloc byte[End64Bytes];
            source.ReadExactly(end64Offset, end64);
            if (BinaryPrimitives.ReadUInt32LittleEndian(end64) != End64Signature)
            {
                throw source.Damaged("the ZIP64 end record is missing", end64Offset);
            }

            count = BinaryPrimitives.ReadInt64LittleEndian(end64[32..]);
            size = BinaryPrimitives.ReadInt64LittleEndian(end64[40..]);
            offset = BinaryPrimitives.ReadInt64LittleEndian(end64[48..]);
            directoryEnd = end64Offset;
        }
        else if (diskNumbers != 0)
        {
            throw source.Damaged("it is one part of a zip archive in several parts", endOffset);
        }

        if (count < 0 || size < 0 || offset < 0 || offset > directoryEnd || size > directoryEnd - offset)
        {
            throw source.Damaged($"the zip directory ({size} bytes at {offset}) lies outside the file", endOffset);
        }

        return (offset, size, count);
    }

    private static ZipEntry ReadEntry(ByteSource source, byte[] directory, ref int position, long directoryOffset)
    {
        var start = position;
        var header = directory.AsSpan(position);
        if (header.Length < EntryBytes || BinaryPrimitives.ReadUInt32LittleEndian(header) != EntrySignature)
        {
            throw source.Damaged("the zip directory is damaged", directoryOffset + start);
        }

        var nameLength = BinaryPrimitives.ReadUInt16LittleEndian(header[28..]);
        var extraLength = BinaryPrimitives.ReadUInt16LittleEndian(header[30..]);
        var commentLength = BinaryPrimitives.ReadUInt16LittleEndian(header[32..]);
        var totalLength = EntryBytes + nameLength + extraLength + commentLength;
        if (totalLength > header.Length)
        {
            throw source.Damaged("the zip directory ends in the middle of an entry", directoryOffset + start);
        }

        position += totalLength;
        long compressedSize = BinaryPrimitives.ReadUInt32LittleEndian(header[20..]);
        long uncompressedSize = BinaryPrimitives.ReadUInt32LittleEndian(header[24..]);
        long headerOffset = BinaryPrimitives.ReadUInt32LittleEndian(header[42..]);
        ReadZip64Extra(header.Slice(EntryBytes + nameLength, extraLength), ref uncompressedSize, ref compressedSize, ref headerOffset);
        if (compressedSize < 0 || uncompressedSize < 0 || headerOffset < 0)
        {
            throw source.Damaged("an entry of the zip directory has an impossible size or position", directoryOffset + start);
        }

        return new ZipEntry(
            Encoding.UTF8.GetString(header.Slice(EntryBytes, nameLength)),
            BinaryPrimitives.ReadUInt16LittleEndian(header[8..]),
            BinaryPrimitives.ReadUInt16LittleEndian(header[10..]),
            BinaryPrimitives.ReadUInt32LittleEndian(header[16..]),
            compressedSize,
            uncompressedSize,
            headerOffset);
    }

    // ZIP64 appends, in this order, only those fields that are saturated in the entry itself.
    private static void ReadZip64Extra(ReadOnlySpan<byte> extra, ref long uncompressedSize, ref long compressedSize, ref long headerOffset)
    {
        while (extra.Length >= 4)
        {
            var id = BinaryPrimitives.ReadUInt16LittleEndian(extra);
            var length = BinaryPrimitives.ReadUInt16LittleEndian(extra[2..]);
            extra = extra[4..];
            if (length > extra.Length)
            {
                return;
            }

            if (id == Zip64ExtraId)
            {
                var fields = extra[..length];
                ReadSaturated(ref fields, ref uncompressedSize);
                ReadSaturated(ref fields, ref compressedSize);
                ReadSaturated(ref fields, ref headerOffset);
                return;
            }

            extra = extra[length..];
        }
    }

    private static void ReadSaturated(ref ReadOnlySpan<byte> fields, ref long value)
    {
        if (value == uint.MaxValue && fields.Length >= sizeof(long))
        {
            value = BinaryPrimitives.ReadInt64LittleEndian(fields);
            fields = fields[sizeof(long)..];
        }
    }

    private static Dictionary<string, ZipEntry> Index(ByteSource source, List<ZipEntry> entries, long directoryOffset)
    {
        var ordered = entries.OrderBy(entry => entry.HeaderOffset).ToList();
        var index = new Dictionary<string, ZipEntry>(ordered.Count, StringComparer.Ordinal);
        for (var i = 0; i < ordered.Count; i++)
        {
            var entry = ordered[i];
            var limit = i + 1 < ordered.Count ? ordered[i + 1].HeaderOffset : directoryOffset;
            if (limit < entry.HeaderOffset || entry.CompressedSize > limit - entry.HeaderOffset - LocalHeaderBytes)
            {
                throw source.Damaged(
                    $"zip entry {DisplayText.Quote(entry.Name)} reaches into what follows it", entry.HeaderOffset);
            }

            if (!index.TryAdd(entry.Name, entry with { Limit = limit }))
            {
                throw source.Damaged($"the zip archive has two entries {DisplayText.Quote(entry.Name)}", entry.HeaderOffset);
            }
        }

        return index;
    }
}
