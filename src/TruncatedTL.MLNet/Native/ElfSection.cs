namespace TruncatedTL.MLNet.Native;

/// <summary>One entry of an ELF64 section header table; offset and size are in bytes of the file.</summary>
internal readonly record struct ElfSection(uint Type, ulong Offset, ulong Size, uint Link, uint Info)
{
    public const uint TypeNoBits = 8;
    public const uint TypeRelocationsWithAddend = 4;
    public const uint TypeDynamicSymbols = 11;
    public const uint TypeVersionDefinitions = 0x6ffffffd;
    public const uint TypeVersionNeeds = 0x6ffffffe;
    public const uint TypeVersionSymbols = 0x6fffffff;
}
