namespace TruncatedTL.MLNet.Native;

/// <summary>
/// Looks up every function that TorchSharp's native library will call. The loader binds lazily: with a libtorch of another
/// version the library loads, and the process ends without an exception at the first call of a function that is not there.
/// </summary>
internal static class ImportCheck
{
    private const int NamedSymbols = 3;

    /// <summary>Checks the imports of a loaded library; on systems whose loader binds at once it has nothing to do.</summary>
    /// <param name="host">The machine.</param>
    /// <param name="handle">The loaded library.</param>
    /// <param name="path">The file that lists the imports: the library as shipped, for a patched copy.</param>
    /// <exception cref="TorchBackendException">A symbol that a relocation refers to exists nowhere.</exception>
    public static void ThrowIfUnresolved(NativeHost host, nint handle, string path)
    {
        if (host.Platform != NativePlatform.Linux)
        {
            return;
        }

        IReadOnlyList<ElfSymbolReference> imports;
        try
        {
            imports = ElfVersionTables.ReadRelocatedImports(ElfFile.Parse(File.ReadAllBytes(path)));
        }
        catch (ElfFormatException error)
        {
            throw NativeFileInspector.Damaged(path, error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw NativeFileInspector.Unreadable(path, error);
        }

        var unresolved = imports
            .Where(import => !import.IsWeak && !import.IsThreadLocal && !host.HasExport(handle, import.Name))
            .Select(import => import.Name)
            .ToArray();
        if (unresolved.Length > 0)
        {
            throw new TorchBackendException(
                TorchBackendFailureCause.VersionMismatch,
                $"libtorch lacks {unresolved.Length} of the functions that {path} calls ({string.Join(", ", unresolved.Take(NamedSymbols))}"
                + $"{(unresolved.Length > NamedSymbols ? ", ..." : string.Empty)}): the versions do not belong together. "
                + $"Use the libtorch version that TorchSharp {LoadFailureDiagnosis.TorchSharpVersion} is built for.");
        }
    }
}
