namespace TruncatedTL.MLNet.Native;

/// <summary>One symbol version that a shared library demands of another (a Vernaux record).</summary>
/// <param name="Library">File name of the library that must define the version.</param>
/// <param name="Version">Name of the version, for example GLIBCXX_3.4.32.</param>
/// <param name="SymbolIndex">The index by which the symbol version table refers to this record.</param>
/// <param name="FlagsOffset">Where the record's 16-bit flags lie, in bytes from the start of the file.</param>
/// <param name="Flags">The flags as they stand.</param>
internal readonly record struct ElfVersionNeed(string Library, string Version, ushort SymbolIndex, int FlagsOffset, ushort Flags)
{
    /// <summary>VER_FLG_WEAK: the dynamic loader accepts the library where the version is missing.</summary>
    public const ushort WeakFlag = 0x2;

    public bool IsWeak => (Flags & WeakFlag) != 0;
}
