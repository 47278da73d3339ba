using System.Buffers.Binary;
using System.Text;
using TruncatedTL.MLNet.Native;

namespace TruncatedTL.MLNet.Tests.Native;

/// <summary>
/// Writes a shared library of about a kilobyte that holds the tables the patcher reads and nothing else. Its version
/// needs are given; each may be used by a relocation.
/// </summary>
internal sealed class SyntheticElf
{
    private readonly List<(string Library, string Version, bool IsUsed)> _needs = [];
    private readonly List<string> _definitions = [];

    public ushort Machine { get; init; } = ElfHeader.MachineX64;

    /// <summary>A stand-in for libLibTorchSharp.so: lists GLIBCXX_3.4.32 without using it, as the real one does.</summary>
    public static SyntheticElf LikeLibTorchSharp() => new SyntheticElf()
        .Need("libc.so.6", "GLIBC_2.34", isUsed: true)
        .Need("libstdc++.so.6", "GLIBCXX_3.4.21", isUsed: true)
        .Need("libstdc++.so.6", "GLIBCXX_3.4.32", isUsed: false);

    /// <summary>A stand-in for the libstdc++ of Debian 12.</summary>
    public static SyntheticElf LikeOldLibStdCxx() => new SyntheticElf().Define("GLIBCXX_3.4.21").Define("GLIBCXX_3.4.30");

    public SyntheticElf Need(string library, string version, bool isUsed)
    {
        _needs.Add((library, version, isUsed));
        return this;
    }

    public SyntheticElf Define(string version)
    {
        _definitions.Add(version);
        return this;
    }

    /// <summary>The name of the symbol that belongs to a version need.</summary>
    public static string SymbolOf(string version) => $"symbol_of_{version}";

    public byte[] Build()
    {
        var strings = new StringTable();
        var needs = BuildNeeds(strings);
        var definitions = BuildDefinitions(strings);
        var symbols = BuildSymbols(strings, out var versions, out var relocations);

        // Section 0 is the null section; links below are section numbers in this order.
        var sections = new List<(uint Type, byte[] Content, uint Link, uint Info)>
        {
            (0, [], 0, 0),
            (3, strings.ToArray(), 0, 0),
            (ElfSection.TypeDynamicSymbols, symbols, 1, 1),
            (ElfSection.TypeVersionSymbols, versions, 2, 0),
            (ElfSection.TypeVersionNeeds, needs, 1, (uint)_needs.Select(need => need.Library).Distinct().Count()),
            (ElfSection.TypeVersionDefinitions, definitions, 1, (uint)_definitions.Count),
            (ElfSection.TypeRelocationsWithAddend, relocations, 2, 0),
        };
        return Assemble(sections);
    }

    private byte[] BuildNeeds(StringTable strings)
    {
        var table = new MemoryStream();
        var groups = _needs.Select((need, index) => (need, index)).GroupBy(item => item.need.Library).ToArray();
        foreach (var group in groups)
        {
            var entries = group.ToArray();
            var isLastGroup = group == groups[^1];
            Write16(table, 1, (ushort)entries.Length);
            Write32(table, strings.Add(group.Key), 16, isLastGroup ? 0 : 16u * (1 + (uint)entries.Length));
            for (var i = 0; i < entries.Length; i++)
            {
                Write32(table, 0);
                Write16(table, 0, VersionIndex(entries[i].index));
                Write32(table, strings.Add(entries[i].need.Version), i == entries.Length - 1 ? 0u : 16u);
            }
        }

        return table.ToArray();
    }

    private byte[] BuildDefinitions(StringTable strings)
    {
        var table = new MemoryStream();
        for (var i = 0; i < _definitions.Count; i++)
        {
            Write16(table, 1, 0, (ushort)(i + 1), 1);
            Write32(table, 0, 20, i == _definitions.Count - 1 ? 0u : 28u);
            Write32(table, strings.Add(_definitions[i]), 0);
        }

        return table.ToArray();
    }

    private byte[] BuildSymbols(StringTable strings, out byte[] versions, out byte[] relocations)
    {
        const byte GlobalFunction = 0x12;
        var symbols = new MemoryStream();
        var versionTable = new MemoryStream();
        var relocationTable = new MemoryStream();
        symbols.Write(new byte[24]);
        Write16(versionTable, 0);
        for (var i = 0; i < _needs.Count; i++)
        {
            Write32(symbols, strings.Add(SymbolOf(_needs[i].Version)));
            symbols.WriteByte(GlobalFunction);
            symbols.WriteByte(0);
            Write16(symbols, 0);
            symbols.Write(new byte[16]);
            Write16(versionTable, VersionIndex(i));
            if (_needs[i].IsUsed)
            {
                const uint JumpSlot = 7;
                Write32(relocationTable, 0x1000, 0, JumpSlot, (uint)(i + 1), 0, 0);
            }
        }

        versions = versionTable.ToArray();
        relocations = relocationTable.ToArray();
        return symbols.ToArray();
    }

    private byte[] Assemble(List<(uint Type, byte[] Content, uint Link, uint Info)> sections)
    {
        const int ContentStart = ElfHeader.Size + ElfHeader.ProgramHeaderSize;
        var contentSize = sections.Sum(section => section.Content.Length);
        var tableOffset = ContentStart + contentSize;
        var image = new byte[tableOffset + (sections.Count * ElfHeader.SectionHeaderSize)];
        "\u007fELF"u8.CopyTo(image);
        image[4] = 2;
        image[5] = 1;
        image[6] = 1;
        var span = image.AsSpan();
        BinaryPrimitives.WriteUInt16LittleEndian(span[16..], 3);
        BinaryPrimitives.WriteUInt16LittleEndian(span[18..], Machine);
        BinaryPrimitives.WriteUInt64LittleEndian(span[32..], ElfHeader.Size);
        BinaryPrimitives.WriteUInt64LittleEndian(span[40..], (ulong)tableOffset);
        BinaryPrimitives.WriteUInt16LittleEndian(span[54..], ElfHeader.ProgramHeaderSize);
        BinaryPrimitives.WriteUInt16LittleEndian(span[56..], 1);
        BinaryPrimitives.WriteUInt16LittleEndian(span[58..], ElfHeader.SectionHeaderSize);
        BinaryPrimitives.WriteUInt16LittleEndian(span[60..], (ushort)sections.Count);

        // One loadable segment that spans the file.
        BinaryPrimitives.WriteUInt32LittleEndian(span[ElfHeader.Size..], 1);
        BinaryPrimitives.WriteUInt64LittleEndian(span[(ElfHeader.Size + 32)..], (ulong)image.Length);

        var offset = ContentStart;
        for (var i = 0; i < sections.Count; i++)
        {
            var (type, content, link, info) = sections[i];
            content.CopyTo(image, offset);
            var header = span.Slice(tableOffset + (i * ElfHeader.SectionHeaderSize), ElfHeader.SectionHeaderSize);
            BinaryPrimitives.WriteUInt32LittleEndian(header[4..], type);
            BinaryPrimitives.WriteUInt64LittleEndian(header[24..], (ulong)offset);
            BinaryPrimitives.WriteUInt64LittleEndian(header[32..], (ulong)content.Length);
            BinaryPrimitives.WriteUInt32LittleEndian(header[40..], link);
            BinaryPrimitives.WriteUInt32LittleEndian(header[44..], info);
            offset += content.Length;
        }

        return image;
    }

    // 0 and 1 are reserved for local and global symbols.
    private static ushort VersionIndex(int need) => (ushort)(need + 2);

    private static void Write16(MemoryStream stream, params ReadOnlySpan<ushort> values)
    {
        Span<byte> bytes = stackalloc byte[2];
        foreach (var value in values)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(bytes, value);
            stream.Write(bytes);
        }
    }

    private static void Write32(MemoryStream stream, params ReadOnlySpan<uint> values)
    {
        Span<byte> bytes = stackalloc byte[4];
        foreach (var value in values)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
            stream.Write(bytes);
        }
    }

    private sealed class StringTable
    {
        private readonly MemoryStream _bytes = new();

        // Offset 0 is the empty name.
        public StringTable() => _bytes.WriteByte(0);

        public uint Add(string text)
        {
            var offset = (uint)_bytes.Length;
            _bytes.Write(Encoding.UTF8.GetBytes(text));
            _bytes.WriteByte(0);
            return offset;
        }

        public byte[] ToArray() => _bytes.ToArray();
    }
}
