using System.Buffers.Binary;
using System.Text;

namespace TruncatedTL.MLNet.Native;

/// <summary>
/// An ELF64 little-endian shared library held in memory. Every offset that the file states is checked before it is
/// followed; a file that breaks its own promises ends in <see cref="ElfFormatException"/> and in nothing else.
/// </summary>
internal sealed class ElfFile
{
    private readonly byte[] _image;

    private ElfFile(byte[] image, ElfHeader header, ElfSection[] sections)
    {
        _image = image;
        Header = header;
        Sections = sections;
    }

    public ElfHeader Header { get; }

    public IReadOnlyList<ElfSection> Sections { get; }

    /// <exception cref="ElfFormatException">The image is malformed.</exception>
    public static ElfFile Parse(byte[] image)
    {
        ArgumentNullException.ThrowIfNull(image);
        var header = ElfHeader.Parse(image);
        var tableSize = (ulong)header.SectionHeaderCount * ElfHeader.SectionHeaderSize;
        CheckRange(image, header.SectionHeaderOffset, tableSize, "section header table");
        var sections = new ElfSection[header.SectionHeaderCount];
        for (var i = 0; i < sections.Length; i++)
        {
            var entry = image.AsSpan((int)header.SectionHeaderOffset + (i * ElfHeader.SectionHeaderSize), ElfHeader.SectionHeaderSize);
            sections[i] = new ElfSection(
                Type: BinaryPrimitives.ReadUInt32LittleEndian(entry[4..]),
                Offset: BinaryPrimitives.ReadUInt64LittleEndian(entry[24..]),
                Size: BinaryPrimitives.ReadUInt64LittleEndian(entry[32..]),
                Link: BinaryPrimitives.ReadUInt32LittleEndian(entry[40..]),
                Info: BinaryPrimitives.ReadUInt32LittleEndian(entry[44..]));
            if (sections[i].Type != ElfSection.TypeNoBits)
            {
                CheckRange(image, sections[i].Offset, sections[i].Size, $"section {i}");
            }
        }

        return new ElfFile(image, header, sections);
    }

    /// <summary>The index of the first section of a type, or -1.</summary>
    public int FindSection(uint type)
    {
        for (var i = 0; i < Sections.Count; i++)
        {
            if (Sections[i].Type == type)
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>The bytes of a section, which occupy the file.</summary>
    public ReadOnlySpan<byte> Content(ElfSection section)
    {
        if (section.Type == ElfSection.TypeNoBits)
        {
            throw new ElfFormatException("A section without bytes in the file is used as a table.");
        }

        return _image.AsSpan((int)section.Offset, (int)section.Size);
    }

    /// <summary>The section that another one names in its link field.</summary>
    public ElfSection LinkedSection(ElfSection section)
    {
        if (section.Link >= (uint)Sections.Count)
        {
            throw new ElfFormatException($"A section links to section {section.Link}, which does not exist.");
        }

        return Sections[(int)section.Link];
    }

    /// <summary>A zero-terminated string of a string table.</summary>
    public string ReadString(ElfSection stringTable, uint offset)
    {
        var table = Content(stringTable);
        if (offset >= (uint)table.Length)
        {
            throw new ElfFormatException($"A name lies at offset {offset}, outside its string table.");
        }

        var text = table[(int)offset..];
        var length = text.IndexOf((byte)0);
        if (length < 0)
        {
            throw new ElfFormatException("A name is not terminated within its string table.");
        }

        return Encoding.UTF8.GetString(text[..length]);
    }

    private static void CheckRange(byte[] image, ulong offset, ulong size, string what)
    {
        var length = (ulong)image.Length;
        if (offset > length || size > length - offset)
        {
            throw new ElfFormatException($"The {what} lies at bytes {offset}+{size}, outside the file of {length} bytes.");
        }
    }
}
