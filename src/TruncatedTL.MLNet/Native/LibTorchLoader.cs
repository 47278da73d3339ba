using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;

namespace TruncatedTL.MLNet.Native;

/// <summary>
/// Answers .NET when it asks for LibTorchSharp after its ordinary search has failed: loads libtorch, then TorchSharp's
/// library, patched where this system's libstdc++ lacks a version that the library lists but does not use. Where the
/// ordinary search succeeds .NET never asks, and nothing here runs.
/// </summary>
internal static class LibTorchLoader
{
    private static readonly Lock Gate = new();
    private static LoadedBackend? _loaded;

    /// <summary>The error of the last attempt that failed, or <see langword="null"/>.</summary>
    public static TorchBackendException? LastFailure { get; private set; }

    /// <summary>What the last successful attempt did, or <see langword="null"/> where .NET never had to ask.</summary>
    public static LoadedBackend? Loaded => _loaded;

    /// <summary>Subscribes to the load contexts of this assembly; touches no file and no type of TorchSharp.</summary>
    // An application may use TorchSharp before it calls any method of this library. The initializer only subscribes to an
    // event, cannot fail and runs in microseconds, so that the usual objection (CA2255: hidden start-up cost) does not hold.
    [SuppressMessage("Usage", "CA2255:The 'ModuleInitializer' attribute should not be used in libraries", Justification = "See the comment above.")]
    [ModuleInitializer]
    internal static void Subscribe()
    {
        Subscribe(AssemblyLoadContext.Default);
        Subscribe(AssemblyLoadContext.GetLoadContext(typeof(LibTorchLoader).Assembly));
    }

    /// <summary>Subscribes to one more load context; to one that has the subscription already it does nothing.</summary>
    internal static void Subscribe(AssemblyLoadContext? context)
    {
        if (context is not null)
        {
            context.ResolvingUnmanagedDll -= Resolve;
            context.ResolvingUnmanagedDll += Resolve;
        }
    }

    /// <summary>Whether a name is one of the spellings of TorchSharp's native library.</summary>
    internal static bool IsLibTorchSharp(string name)
    {
        var bare = Path.GetExtension(name) is ".so" or ".dll" or ".dylib" ? Path.GetFileNameWithoutExtension(name) : name;
        return bare is NativeFiles.LibTorchSharpName or "lib" + NativeFiles.LibTorchSharpName;
    }

    /// <summary>Loads libtorch and TorchSharp's native library from the places that the host names.</summary>
    /// <exception cref="TorchBackendException">It cannot be done; the message says why.</exception>
    internal static LoadedBackend Load(NativeHost host)
    {
        var files = NativeFiles.Find(host);
        if (files.MissingLibTorch.Count > 0 || files.LibTorchSharp is null)
        {
            var libTorchSharp = files.LibTorchSharp is null ? [NativeFiles.LibTorchSharpFileName(host)] : Array.Empty<string>();
            throw LoadFailureDiagnosis.BackendMissing([.. libTorchSharp, .. files.MissingLibTorch]);
        }

        NativeFileInspector.Inspect(host, [.. files.LibTorch, files.LibTorchSharp]);
        LoadLibTorch(host, files);
        try
        {
            return new LoadedBackend(host.Load(files.LibTorchSharp), $"{files.LibTorchSharp} loaded as shipped");
        }
        catch (DllNotFoundException error)
        {
            var explained = LoadFailureDiagnosis.Explain(files.LibTorchSharp, error);
            if (explained.Cause != TorchBackendFailureCause.LibStdCxxTooOld)
            {
                throw explained;
            }

            return LoadPatched(host, files.LibTorchSharp, explained);
        }
    }

    /// <summary>Loads libtorch by full path, so that libraries in other folders find it by name afterwards.</summary>
    internal static void LoadLibTorch(NativeHost host, NativeFiles files)
    {
        foreach (var path in files.LibTorch)
        {
            try
            {
                host.Load(path);
            }
            catch (Exception error) when (error is DllNotFoundException or BadImageFormatException)
            {
                throw LoadFailureDiagnosis.Explain(path, error);
            }
        }
    }

    private static LoadedBackend LoadPatched(NativeHost host, string path, TorchBackendException whyNotAsShipped)
    {
        try
        {
            var original = File.ReadAllBytes(path);
            var missing = FindMissingVersions(host, original, out var library);
            var patch = ElfSymbolVersionPatch.Weaken(original, missing);
            if (patch.Weakened.Count == 0)
            {
                throw whyNotAsShipped;
            }

            var (handle, place) = PatchedLibraryCache.Load(host, Path.GetFileName(path), original, patch.Image);
            var versions = string.Join(", ", patch.Weakened.Select(need => need.Version));
            return new LoadedBackend(
                handle,
                $"patched copy of {path} loaded from {place}: {library} lacks {versions}, which the file lists but does not use; "
                + "the copy marks it optional, the file itself is untouched");
        }
        catch (ElfVersionInUseException error)
        {
            throw new TorchBackendException(
                TorchBackendFailureCause.LibStdCxxTooOld,
                $"{whyNotAsShipped.Message} The library really uses it ({error.Symbol}), so that no patch can help.",
                error);
        }
        catch (ElfFormatException error)
        {
            throw new TorchBackendException(
                TorchBackendFailureCause.DamagedLibrary,
                $"The native library {path} has damaged version tables: {error.Message} Restore the TorchSharp package again.",
                error);
        }
        catch (Exception error) when (error is DllNotFoundException or BadImageFormatException)
        {
            throw LoadFailureDiagnosis.Explain(path, error);
        }
    }

    // The versions that the library needs of libstdc++ and that the libstdc++ of this process does not define.
    private static HashSet<string> FindMissingVersions(NativeHost host, byte[] image, out string library)
    {
        const string LibStdCxx = "libstdc++.so.6";
        var path = host.LoadedLibraries().FirstOrDefault(file => Path.GetFileName(file).StartsWith(LibStdCxx, StringComparison.Ordinal));
        library = path ?? LibStdCxx;
        var needs = ElfVersionTables.ReadNeeds(ElfFile.Parse(image)).Where(need => need.Library == LibStdCxx).Select(need => need.Version);
        if (path is null)
        {
            return [KnownUnusedVersion];
        }

        var defined = ElfVersionTables.ReadDefinitions(ElfFile.Parse(File.ReadAllBytes(path)));
        return [.. needs.Where(version => !defined.Contains(version))];
    }

    private const string KnownUnusedVersion = "GLIBCXX_3.4.32";

    private static nint Resolve(Assembly assembly, string name)
    {
        if (!OperatingSystem.IsLinux() || !IsLibTorchSharp(name))
        {
            return 0;
        }

        lock (Gate)
        {
            if (_loaded is null)
            {
                try
                {
                    _loaded = Load(NativeHost.Current());
                    LastFailure = null;
                }
                catch (TorchBackendException error)
                {
                    // Other subscribers may know better; whoever asks through TorchRuntime gets this error.
                    LastFailure = error;
                    return 0;
                }
            }

            return _loaded.Handle;
        }
    }
}
