namespace TruncatedTL.MLNet.Native;

/// <summary>A symbol version was to be marked optional although the library really calls a symbol of that version.</summary>
internal sealed class ElfVersionInUseException : Exception
{
    public ElfVersionInUseException(string version, string symbol)
        : base($"The library uses the symbol {symbol} of version {version}; the version cannot be made optional.")
    {
        Version = version;
        Symbol = symbol;
    }

    public string Version { get; }

    public string Symbol { get; }
}
