namespace TruncatedTL.MLNet.Native;

/// <summary>An undefined symbol of a shared library that a relocation refers to.</summary>
internal readonly record struct ElfSymbolReference(string Name, ushort VersionIndex, byte Binding, byte Type)
{
    private const byte WeakBinding = 2;
    private const byte ThreadLocalType = 6;

    /// <summary>Whether the loader may leave the symbol unresolved.</summary>
    public bool IsWeak => Binding == WeakBinding;

    public bool IsThreadLocal => Type == ThreadLocalType;
}
