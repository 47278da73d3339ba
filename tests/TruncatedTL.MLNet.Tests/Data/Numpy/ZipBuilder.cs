using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using TruncatedTL.MLNet.Files;

namespace TruncatedTL.MLNet.Tests.Data.Numpy;

/// <summary>Writes ZIP files byte by byte, so that a test can make every field lie.</summary>
internal sealed class ZipBuilder
{
    private readonly MemoryStream _file = new();
    private readonly MemoryStream _directory = new();
    private ushort _count;

    /// <summary>An .npz file in memory.</summary>
    public static byte[] CreateNpz(bool deflate, params (string Name, byte[] Array)[] arrays)
    {
        var zip = new ZipBuilder();
        foreach (var (name, array) in arrays)
        {
            zip.Add(name + ".npy", array, deflate);
        }

        return zip.ToArray();
    }

    /// <summary>Adds an entry. The optional values replace the true ones in both headers.</summary>
    public ZipBuilder Add(string name, byte[] content, bool deflate, uint? declaredSize = null, uint? declaredCompressedSize = null, uint? declaredCrc = null, ushort flags = 0)
    {
        var crc = default(Crc32);
        crc.Append(content);
        var stored = deflate ? Deflate(content) : content;
        var fields = new byte[26];
        BinaryPrimitives.WriteUInt16LittleEndian(fields, 20);
        BinaryPrimitives.WriteUInt16LittleEndian(fields.AsSpan(2), flags);
        BinaryPrimitives.WriteUInt16LittleEndian(fields.AsSpan(4), (ushort)(deflate ? 8 : 0));
        BinaryPrimitives.WriteUInt32LittleEndian(fields.AsSpan(6), 0x5A210000);
        BinaryPrimitives.WriteUInt32LittleEndian(fields.AsSpan(10), declaredCrc ?? crc.Value);
        BinaryPrimitives.WriteUInt32LittleEndian(fields.AsSpan(14), declaredCompressedSize ?? (uint)stored.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(fields.AsSpan(18), declaredSize ?? (uint)content.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(fields.AsSpan(22), (ushort)Encoding.UTF8.GetByteCount(name));

        _directory.Write("PK\u0001\u0002"u8);
        _directory.Write([20, 0]);
        _directory.Write(fields);
        Span<byte> rest = stackalloc byte[14];
        rest.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(rest[10..], (uint)_file.Length);
        _directory.Write(rest);
        _directory.Write(Encoding.UTF8.GetBytes(name));

        _file.Write("PK\u0003\u0004"u8);
        _file.Write(fields);
        _file.Write(Encoding.UTF8.GetBytes(name));
        _file.Write(stored);
        _count++;
        return this;
    }

    /// <summary>The complete file.</summary>
    public byte[] ToArray()
    {
        var directoryStart = (uint)_file.Length;
        _file.Write(_directory.ToArray());
        var end = new byte[22];
        "PK\u0005\u0006"u8.CopyTo(end);
        BinaryPrimitives.WriteUInt16LittleEndian(end.AsSpan(8), _count);
        BinaryPrimitives.WriteUInt16LittleEndian(end.AsSpan(10), _count);
        BinaryPrimitives.WriteUInt32LittleEndian(end.AsSpan(12), (uint)_directory.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(end.AsSpan(16), directoryStart);
        _file.Write(end);
        return _file.ToArray();
    }

    private static byte[] Deflate(byte[] content)
    {
        using var target = new MemoryStream();
        using (var deflate = new DeflateStream(target, CompressionLevel.Optimal, leaveOpen: true))
        {
            deflate.Write(content);
        }

        return target.ToArray();
    }
}
