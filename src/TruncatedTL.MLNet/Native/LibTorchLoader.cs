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

    /// <summary>The error of the last answer, or <see langword="null"/> where it succeeded or none was asked for.</summary>
    public static TorchBackendException? LastFailure { get; private set; }

    /// <summary>What the last answer loaded, or <see langword="null"/> where none succeeded or none was asked for.</summary>
    public static LoadedBackend? Loaded { get; private set; }

    /// <summary>Subscribes to the load contexts of this assembly; touches no file and no type of TorchSharp.</summary>
    // CA2255 warns libraries off module initializers because they may slow down or break an application that never uses
    // them. Here there is no other place: an application may use TorchSharp before it calls any method of this library. The
    // initializer subscribes to an event, which cannot fail and takes microseconds.
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

    /// <summary>Finds the native files and checks all that can be checked without loading any.</summary>
    /// <exception cref="TorchBackendException">Loading what was found would fail or harm the process.</exception>
    internal static NativeFiles Prepare(NativeHost host)
    {
        HostRequirements.Check(host);
        var files = NativeFiles.Find(host);
        files.CheckLibTorchFolder(host);
        files.CheckNoOtherLibTorch(host);
        NativeFileInspector.Inspect(host, files.All);
        return files;
    }

    /// <summary>Loads libtorch and TorchSharp's native library from the places that the host names.</summary>
    /// <exception cref="TorchBackendException">It cannot be done; the message says why.</exception>
    internal static LoadedBackend Load(NativeHost host)
    {
        var files = Prepare(host);
        var libTorchSharp = files.RequireAll(host);
        LoadLibTorch(host, files);
        if (TryLoad(host, libTorchSharp, out var handle) is not { } failure)
        {
            ImportCheck.ThrowIfUnresolved(host, handle, libTorchSharp);
            return new LoadedBackend(handle, $"{libTorchSharp} was loaded as shipped, libtorch from {files.LibTorchFolder}.");
        }

        if (failure.Cause != TorchBackendFailureCause.LibStdCxxTooOld)
        {
            throw failure;
        }

        var patched = PatchedLibrary.Load(host, libTorchSharp, failure);
        ImportCheck.ThrowIfUnresolved(host, patched.Handle, libTorchSharp);
        return patched with { Description = $"{patched.Description} libtorch was loaded from {files.LibTorchFolder}." };
    }

    /// <summary>Loads libtorch by full path, so that libraries in other folders find it by name afterwards.</summary>
    /// <exception cref="TorchBackendException">A library cannot be loaded.</exception>
    internal static void LoadLibTorch(NativeHost host, NativeFiles files)
    {
        foreach (var path in files.LibTorch)
        {
            if (TryLoad(host, path, out _) is { } failure)
            {
                throw failure;
            }
        }
    }

    private static TorchBackendException? TryLoad(NativeHost host, string path, out nint handle)
    {
        try
        {
            handle = host.Load(path);
            return null;
        }
        catch (Exception error) when (error is DllNotFoundException or BadImageFormatException)
        {
            handle = 0;
            return LoadFailureDiagnosis.Explain(host, path, error);
        }
    }

    private static nint Resolve(Assembly assembly, string name)
    {
        if (!OperatingSystem.IsLinux() || !IsLibTorchSharp(name))
        {
            return 0;
        }

        lock (Gate)
        {
            try
            {
                Loaded ??= Load(NativeHost.Current());
                LastFailure = null;
                return Loaded.Handle;
            }
            catch (TorchBackendException error)
            {
                // Other subscribers may know better; whoever asks through TorchRuntime gets this error.
                LastFailure = error;
                return 0;
            }
        }
    }
}
