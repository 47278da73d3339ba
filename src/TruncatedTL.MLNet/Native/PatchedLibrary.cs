namespace TruncatedTL.MLNet.Native;

/// <summary>Loads a copy of TorchSharp's library in which the versions that libstdc++ lacks are marked as optional.</summary>
internal static class PatchedLibrary
{
    private const string LibStdCxx = "libstdc++.so.6";
    private const string KnownUnusedVersion = "GLIBCXX_3.4.32";

    /// <summary>Patches, stores and loads the copy.</summary>
    /// <param name="host">The machine.</param>
    /// <param name="path">The library as shipped; it is only read.</param>
    /// <param name="whyNotAsShipped">What the loader said of the library as shipped.</param>
    /// <exception cref="TorchBackendException">It cannot be done; the message says why.</exception>
    public static LoadedBackend Load(NativeHost host, string path, TorchBackendException whyNotAsShipped)
    {
        try
        {
            var original = File.ReadAllBytes(path);
            var missing = FindMissingVersions(host, original, out var libStdCxx);
            var patch = ElfSymbolVersionPatch.Weaken(original, missing);
            if (patch.Weakened.Count == 0)
            {
                throw whyNotAsShipped;
            }

            var (handle, place) = PatchedLibraryCache.Load(host, Path.GetFileName(path), original, patch.Image);
            var versions = string.Join(", ", patch.Weakened.Select(need => need.Version));
            return new LoadedBackend(
                handle,
                $"A patched copy of {path} was loaded from {place}: {libStdCxx} lacks {versions}, which the library lists but does not "
                + "use; the copy marks it as optional, the package's file is untouched.");
        }
        catch (ElfVersionInUseException error)
        {
            throw new TorchBackendException(
                TorchBackendFailureCause.LibStdCxxTooOld,
                $"This system's libstdc++ lacks {error.Version}, and {path} really uses it ({error.Symbol}), so that it cannot be worked around. "
                + "Install a newer libstdc++ (libstdc++6 of GCC 13 or later), or use a newer Linux.",
                error);
        }
        catch (ElfFormatException error)
        {
            throw NativeFileInspector.Damaged(path, error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw NativeFileInspector.Unreadable(path, error);
        }
        catch (Exception error) when (error is DllNotFoundException or BadImageFormatException)
        {
            throw LoadFailureDiagnosis.Explain(host, path, error);
        }
    }

    /// <summary>The versions that a library needs of libstdc++ and that the libstdc++ of this process does not define.</summary>
    private static HashSet<string> FindMissingVersions(NativeHost host, byte[] image, out string libStdCxx)
    {
        var needs = ElfVersionTables.ReadNeeds(ElfFile.Parse(image)).Where(need => need.Library == LibStdCxx).Select(need => need.Version);
        var path = host.LoadedLibraries().FirstOrDefault(file => Path.GetFileName(file).StartsWith(LibStdCxx, StringComparison.Ordinal));
        libStdCxx = path ?? $"this system's {LibStdCxx}";
        if (path is not null && TryReadDefinitions(path) is { } defined)
        {
            return [.. needs.Where(version => !defined.Contains(version))];
        }

        return [KnownUnusedVersion];
    }

    // A libstdc++ that was replaced while the process ran, or that is hidden by a sandbox, is not worth failing for.
    private static IReadOnlySet<string>? TryReadDefinitions(string path)
    {
        try
        {
            return ElfVersionTables.ReadDefinitions(ElfFile.Parse(File.ReadAllBytes(path)));
        }
        catch (Exception error) when (error is ElfFormatException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
