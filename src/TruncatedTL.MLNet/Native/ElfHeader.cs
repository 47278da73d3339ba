using System.Buffers.Binary;

namespace TruncatedTL.MLNet.Native;

/// <summary>
/// The ELF64 file header of a little-endian shared library (System V ABI, chapter 4). Reads 64 bytes only, so that a
/// library of half a gigabyte can be judged without reading it.
/// </summary>
internal readonly record struct ElfHeader(
    ushort Machine,
    ulong ProgramHeaderOffset,
    ushort ProgramHeaderCount,
    ulong SectionHeaderOffset,
    ushort SectionHeaderCount)
{
    public const int Size = 64;
    public const int ProgramHeaderSize = 56;
    public const int SectionHeaderSize = 64;
    public const ushort MachineX64 = 62;
    public const ushort MachineArm64 = 183;

    private const byte Class64 = 2;
    private const byte LittleEndian = 1;
    private const ushort TypeSharedObject = 3;

    /// <exception cref="ElfFormatException">The bytes are no ELF64 little-endian shared-library header.</exception>
    public static ElfHeader Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < Size)
        {
            throw new ElfFormatException($"The file has {bytes.Length} bytes, fewer than an ELF header.");
        }

        if (!bytes[..4].SequenceEqual("\u007fELF"u8))
        {
            throw new ElfFormatException("The file does not start with the ELF signature.");
        }

        if (bytes[4] != Class64 || bytes[5] != LittleEndian)
        {
            throw new ElfFormatException("The file is not a 64-bit little-endian ELF file.");
        }

        var type = BinaryPrimitives.ReadUInt16LittleEndian(bytes[16..]);
        if (type != TypeSharedObject)
        {
            throw new ElfFormatException($"The ELF file is no shared library (type {type}).");
        }

        var header = new ElfHeader(
            Machine: BinaryPrimitives.ReadUInt16LittleEndian(bytes[18..]),
            ProgramHeaderOffset: BinaryPrimitives.ReadUInt64LittleEndian(bytes[32..]),
            ProgramHeaderCount: BinaryPrimitives.ReadUInt16LittleEndian(bytes[56..]),
            SectionHeaderOffset: BinaryPrimitives.ReadUInt64LittleEndian(bytes[40..]),
            SectionHeaderCount: BinaryPrimitives.ReadUInt16LittleEndian(bytes[60..]));
        var programHeaderSize = BinaryPrimitives.ReadUInt16LittleEndian(bytes[54..]);
        var sectionHeaderSize = BinaryPrimitives.ReadUInt16LittleEndian(bytes[58..]);
        if ((header.ProgramHeaderCount > 0 && programHeaderSize != ProgramHeaderSize)
            || (header.SectionHeaderCount > 0 && sectionHeaderSize != SectionHeaderSize))
        {
            throw new ElfFormatException("The ELF header states table entries of an unknown size.");
        }

        return header;
    }
}
