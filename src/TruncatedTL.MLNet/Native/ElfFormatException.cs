namespace TruncatedTL.MLNet.Native;

/// <summary>A file that should be an ELF64 little-endian shared library is not one, or its tables contradict each other.</summary>
internal sealed class ElfFormatException : Exception
{
    public ElfFormatException(string message)
        : base(message)
    {
    }
}
