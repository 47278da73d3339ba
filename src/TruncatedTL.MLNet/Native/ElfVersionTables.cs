using System.Buffers.Binary;

namespace TruncatedTL.MLNet.Native;

/// <summary>
/// Reads the symbol-version tables of a shared library (GNU symbol versioning, Linux Standard Base, "Symbol Versioning"):
/// the versions it needs, the versions it defines, and the versions its relocations really use.
/// </summary>
internal static class ElfVersionTables
{
    private const int NeedRecordSize = 16;
    private const int DefinitionRecordSize = 20;
    private const int DefinitionNameRecordSize = 8;
    private const int SymbolRecordSize = 24;
    private const int RelocationRecordSize = 24;
    private const ushort VersionIndexMask = 0x7fff;
    private const ushort RecordVersion = 1;

    /// <summary>All versions the library needs, in file order.</summary>
    /// <exception cref="ElfFormatException">The table is malformed.</exception>
    public static IReadOnlyList<ElfVersionNeed> ReadNeeds(ElfFile file)
    {
        var index = file.FindSection(ElfSection.TypeVersionNeeds);
        if (index < 0)
        {
            return [];
        }

        var section = file.Sections[index];
        var names = file.LinkedSection(section);
        var table = file.Content(section);
        var needs = new List<ElfVersionNeed>();
        var maximum = table.Length / NeedRecordSize;
        var needOffset = 0L;
        for (var i = 0u; i < section.Info; i++)
        {
            var need = Record(table, needOffset, NeedRecordSize, "needed-version");
            CheckRecordVersion(need);
            var count = BinaryPrimitives.ReadUInt16LittleEndian(need[2..]);
            var library = file.ReadString(names, BinaryPrimitives.ReadUInt32LittleEndian(need[4..]));
            var entryOffset = needOffset + BinaryPrimitives.ReadUInt32LittleEndian(need[8..]);
            for (var j = 0; j < count; j++)
            {
                var entry = Record(table, entryOffset, NeedRecordSize, "needed-version");
                if (needs.Count == maximum)
                {
                    throw new ElfFormatException("The needed-version table has more records than it has room for.");
                }

                needs.Add(new ElfVersionNeed(
                    library,
                    file.ReadString(names, BinaryPrimitives.ReadUInt32LittleEndian(entry[8..])),
                    (ushort)(BinaryPrimitives.ReadUInt16LittleEndian(entry[6..]) & VersionIndexMask),
                    checked((int)((long)section.Offset + entryOffset + 4)),
                    BinaryPrimitives.ReadUInt16LittleEndian(entry[4..])));
                entryOffset = Advance(entryOffset, BinaryPrimitives.ReadUInt32LittleEndian(entry[12..]), isLast: j == count - 1);
            }

            needOffset = Advance(needOffset, BinaryPrimitives.ReadUInt32LittleEndian(need[12..]), isLast: i == section.Info - 1);
        }

        return needs;
    }

    /// <summary>The names of all versions the library defines.</summary>
    /// <exception cref="ElfFormatException">The table is malformed.</exception>
    public static IReadOnlySet<string> ReadDefinitions(ElfFile file)
    {
        var definitions = new HashSet<string>(StringComparer.Ordinal);
        var index = file.FindSection(ElfSection.TypeVersionDefinitions);
        if (index < 0)
        {
            return definitions;
        }

        var section = file.Sections[index];
        var names = file.LinkedSection(section);
        var table = file.Content(section);
        var offset = 0L;
        for (var i = 0u; i < section.Info; i++)
        {
            var definition = Record(table, offset, DefinitionRecordSize, "defined-version");
            CheckRecordVersion(definition);
            var nameOffset = offset + BinaryPrimitives.ReadUInt32LittleEndian(definition[12..]);
            var name = Record(table, nameOffset, DefinitionNameRecordSize, "defined-version");
            definitions.Add(file.ReadString(names, BinaryPrimitives.ReadUInt32LittleEndian(name)));
            offset = Advance(offset, BinaryPrimitives.ReadUInt32LittleEndian(definition[16..]), isLast: i == section.Info - 1);
        }

        return definitions;
    }

    /// <summary>
    /// The undefined symbols that some relocation refers to, each with its version index: what the dynamic loader will
    /// really look up. A symbol that is merely listed is not among them.
    /// </summary>
    /// <exception cref="ElfFormatException">A table is malformed.</exception>
    public static IReadOnlyList<ElfSymbolReference> ReadRelocatedImports(ElfFile file)
    {
        var symbolsIndex = file.FindSection(ElfSection.TypeDynamicSymbols);
        if (symbolsIndex < 0)
        {
            return [];
        }

        var symbols = file.Content(file.Sections[symbolsIndex]);
        var names = file.LinkedSection(file.Sections[symbolsIndex]);
        var versionsIndex = file.FindSection(ElfSection.TypeVersionSymbols);
        var versions = versionsIndex < 0 ? default : file.Content(file.Sections[versionsIndex]);
        var symbolCount = symbols.Length / SymbolRecordSize;
        if (versionsIndex >= 0 && versions.Length / sizeof(ushort) < symbolCount)
        {
            throw new ElfFormatException("The symbol version table is shorter than the symbol table.");
        }

        var relocated = FindRelocatedSymbols(file, symbolsIndex, symbolCount);
        var imports = new List<ElfSymbolReference>();
        for (var i = 1; i < symbolCount; i++)
        {
            if (!relocated[i])
            {
                continue;
            }

            var symbol = symbols.Slice(i * SymbolRecordSize, SymbolRecordSize);
            var definingSection = BinaryPrimitives.ReadUInt16LittleEndian(symbol[6..]);
            if (definingSection != 0)
            {
                continue;
            }

            var version = versionsIndex < 0
                ? (ushort)0
                : (ushort)(BinaryPrimitives.ReadUInt16LittleEndian(versions[(i * sizeof(ushort))..]) & VersionIndexMask);
            var name = file.ReadString(names, BinaryPrimitives.ReadUInt32LittleEndian(symbol));
            imports.Add(new ElfSymbolReference(name, version, Binding: (byte)(symbol[4] >> 4), Type: (byte)(symbol[4] & 0xf)));
        }

        return imports;
    }

    private static bool[] FindRelocatedSymbols(ElfFile file, int symbolsIndex, int symbolCount)
    {
        var relocated = new bool[symbolCount];
        foreach (var section in file.Sections)
        {
            if (section.Type != ElfSection.TypeRelocationsWithAddend || section.Link != (uint)symbolsIndex)
            {
                continue;
            }

            var table = file.Content(section);
            for (var offset = 0; offset + RelocationRecordSize <= table.Length; offset += RelocationRecordSize)
            {
                var symbol = BinaryPrimitives.ReadUInt32LittleEndian(table[(offset + 12)..]);
                if (symbol >= (uint)symbolCount)
                {
                    throw new ElfFormatException($"A relocation names symbol {symbol} of {symbolCount}.");
                }

                relocated[symbol] = true;
            }
        }

        return relocated;
    }

    private static ReadOnlySpan<byte> Record(ReadOnlySpan<byte> table, long offset, int size, string what)
    {
        if (offset < 0 || offset > table.Length - size)
        {
            throw new ElfFormatException($"A {what} record lies outside its table.");
        }

        return table.Slice((int)offset, size);
    }

    private static void CheckRecordVersion(ReadOnlySpan<byte> record)
    {
        var version = BinaryPrimitives.ReadUInt16LittleEndian(record);
        if (version != RecordVersion)
        {
            throw new ElfFormatException($"A version record has the unknown revision {version}.");
        }
    }

    private static long Advance(long offset, uint step, bool isLast)
    {
        // A step of zero ends a chain; before the announced end it would make the loader read one record for ever.
        if (step == 0 && !isLast)
        {
            throw new ElfFormatException("A chain of version records ends before its stated count.");
        }

        return offset + step;
    }
}
