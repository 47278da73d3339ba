namespace TruncatedTL.MLNet.Native;

/// <summary>
/// Marks a needed symbol version of a shared library as optional. libLibTorchSharp.so lists GLIBCXX_3.4.32 on account of
/// one symbol that GCC 13 merely references and that nothing calls; the dynamic loader of a system with an older libstdc++
/// refuses the library for the listing alone. With VER_FLG_WEAK set in that one record it does not. One bit per version changes.
/// </summary>
internal static class ElfSymbolVersionPatch
{
    /// <summary>Sets VER_FLG_WEAK in the needed-version records with the given names.</summary>
    /// <param name="image">The whole file; it is not changed.</param>
    /// <param name="versions">Names of the versions, for example GLIBCXX_3.4.32.</param>
    /// <exception cref="ElfFormatException">The file is malformed.</exception>
    /// <exception cref="ElfVersionInUseException">A relocation uses a symbol of such a version, so that the patched library
    /// would load and then end the process at the first call.</exception>
    public static ElfPatchResult Weaken(byte[] image, IReadOnlySet<string> versions)
    {
        ArgumentNullException.ThrowIfNull(versions);
        var file = ElfFile.Parse(image);
        var needs = ElfVersionTables.ReadNeeds(file).Where(need => versions.Contains(need.Version)).ToArray();
        if (needs.Length > 0)
        {
            ThrowIfUsed(file, needs);
        }

        var patched = (byte[])image.Clone();
        var weakened = new List<ElfVersionNeed>();
        foreach (var need in needs)
        {
            if (need.IsWeak)
            {
                continue;
            }

            patched[need.FlagsOffset] |= (byte)ElfVersionNeed.WeakFlag;
            weakened.Add(need);
        }

        return new ElfPatchResult(patched, weakened);
    }

    private static void ThrowIfUsed(ElfFile file, ElfVersionNeed[] needs)
    {
        foreach (var import in ElfVersionTables.ReadRelocatedImports(file))
        {
            foreach (var need in needs)
            {
                if (import.VersionIndex == need.SymbolIndex && !import.IsWeak)
                {
                    throw new ElfVersionInUseException(need.Version, import.Name);
                }
            }
        }
    }
}
