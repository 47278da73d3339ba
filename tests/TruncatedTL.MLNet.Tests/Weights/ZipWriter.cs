using System.IO.Compression;
using System.Text;
using TruncatedTL.MLNet.Files;

namespace TruncatedTL.MLNet.Tests.Weights;

/// <summary>Writes zip archives byte by byte, so that tests can also write dishonest ones.</summary>
internal sealed class ZipWriter
{
    private readonly List<Entry> _entries = [];

    public bool UseZip64 { get; init; }

    public bool WriteChecksums { get; init; } = true;

    public ZipWriter Add(string name, byte[] content)
    {
        _entries.Add(new Entry(name, 0, content, content.Length, Crc32.Compute(content), 0));
        return this;
    }

    /// <summary>Adds a deflated entry, which may claim another size than it has.</summary>
    public ZipWriter AddDeflated(string name, byte[] content, long? claimedSize = null)
    {
        using var compressed = new MemoryStream();
        using (var deflate = new DeflateStream(compressed, CompressionLevel.Optimal, leaveOpen: true))
        {
            deflate.Write(content);
        }

        _entries.Add(new Entry(name, 8, compressed.ToArray(), claimedSize ?? content.Length, Crc32.Compute(content), 0));
        return this;
    }

    /// <summary>Adds an entry with header flags or a method that no reader here supports.</summary>
    public ZipWriter AddRaw(string name, ushort method, ushort flags, byte[] content)
    {
        _entries.Add(new Entry(name, method, content, content.Length, Crc32.Compute(content), flags));
        return this;
    }

    public byte[] ToArray()
    {
        var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true);
        var offsets = new List<long>();
        foreach (var entry in _entries)
        {
            offsets.Add(stream.Position);
            var name = Encoding.UTF8.GetBytes(entry.Name);
            writer.Write(0x04034B50u);
            writer.Write((ushort)45);
            writer.Write(entry.Flags);
            writer.Write(entry.Method);
            writer.Write(0u);
            writer.Write(WriteChecksums ? entry.Crc : 0);
            writer.Write((uint)entry.Data.Length);
            writer.Write((uint)entry.Size);
            writer.Write((ushort)name.Length);
            writer.Write((ushort)0);
            writer.Write(name);
            writer.Write(entry.Data);
        }

        var directoryOffset = stream.Position;
        for (var i = 0; i < _entries.Count; i++)
        {
            WriteDirectoryEntry(writer, _entries[i], offsets[i]);
        }

        WriteEnd(writer, directoryOffset, stream.Position - directoryOffset);
        return stream.ToArray();
    }

    private void WriteDirectoryEntry(BinaryWriter writer, Entry entry, long offset)
    {
        var name = Encoding.UTF8.GetBytes(entry.Name);
        writer.Write(0x02014B50u);
        writer.Write((ushort)45);
        writer.Write((ushort)45);
        writer.Write(entry.Flags);
        writer.Write(entry.Method);
        writer.Write(0u);
        writer.Write(WriteChecksums ? entry.Crc : 0);
        writer.Write(UseZip64 ? uint.MaxValue : (uint)entry.Data.Length);
        writer.Write(UseZip64 ? uint.MaxValue : (uint)entry.Size);
        writer.Write((ushort)name.Length);
        writer.Write((ushort)(UseZip64 ? 28 : 0));
        writer.Write((ushort)0);
        writer.Write((ushort)0);
        writer.Write((ushort)0);
        writer.Write(0u);
        writer.Write(UseZip64 ? uint.MaxValue : (uint)offset);
        writer.Write(name);
        if (UseZip64)
        {
            writer.Write((ushort)1);
            writer.Write((ushort)24);
            writer.Write(entry.Size);
            writer.Write((long)entry.Data.Length);
            writer.Write(offset);
        }
    }

    private void WriteEnd(BinaryWriter writer, long directoryOffset, long directorySize)
    {
        if (UseZip64)
        {
            var end64Offset = directoryOffset + directorySize;
            writer.Write(0x06064B50u);
            writer.Write(44L);
            writer.Write((ushort)45);
            writer.Write((ushort)45);
            writer.Write(0u);
            writer.Write(0u);
            writer.Write((long)_entries.Count);
            writer.Write((long)_entries.Count);
            writer.Write(directorySize);
            writer.Write(directoryOffset);
            writer.Write(0x07064B50u);
            writer.Write(0u);
            writer.Write(end64Offset);
            writer.Write(1u);
        }

        writer.Write(0x06054B50u);
        writer.Write(0u);
        writer.Write(UseZip64 ? ushort.MaxValue : (ushort)_entries.Count);
        writer.Write(UseZip64 ? ushort.MaxValue : (ushort)_entries.Count);
        writer.Write(UseZip64 ? uint.MaxValue : (uint)directorySize);
        writer.Write(UseZip64 ? uint.MaxValue : (uint)directoryOffset);
        writer.Write((ushort)0);
    }

    private sealed record Entry(string Name, ushort Method, byte[] Data, long Size, uint Crc, ushort Flags);
}
