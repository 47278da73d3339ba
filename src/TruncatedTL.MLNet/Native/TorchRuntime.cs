using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace TruncatedTL.MLNet.Native;

/// <summary>Loads the native part of TorchSharp, and says in plain words what was done or why it cannot be done.</summary>
/// <remarks>
/// <para>The trainers call <see cref="EnsureLoaded"/> themselves. An application calls it to fail early, or to log
/// <see cref="Description"/>.</para>
/// <para>TorchSharp's library lists one symbol version of a newer libstdc++ (GLIBCXX_3.4.32) without using it, for which
/// Debian 12 and Ubuntu 22.04 refuse to load it. There, and only there, a copy of that library is made in the user's cache
/// folder (<c>$XDG_CACHE_HOME/truncatedtl-mlnet</c>, by default <c>~/.cache/truncatedtl-mlnet</c>) in which that version is
/// marked as optional; the package's own files are never changed.</para>
/// <para>The environment variable <c>TRUNCATEDTL_LIBTORCH</c> names a folder to take libtorch from, for example
/// <c>torch/lib</c> of an installed PyTorch with CUDA. Its version must be the one that TorchSharp is built for, and the
/// application must be built without a libtorch of its own (<c>-p:TorchBackend=none</c>). Name only folders that you trust:
/// their code runs in the process.</para>
/// </remarks>
public static class TorchRuntime
{
    private static readonly Lock Gate = new();
    private static string? _description;

    /// <summary>Whether <see cref="EnsureLoaded"/> has succeeded in this process.</summary>
    public static bool IsLoaded => _description is not null;

    /// <summary>
    /// What was loaded from where and whether a patched copy was used, for a log; before <see cref="EnsureLoaded"/> has
    /// succeeded it says that nothing has been loaded.
    /// </summary>
    public static string Description => _description ?? "TorchSharp's native library has not been loaded yet.";

    /// <summary>
    /// Loads TorchSharp's native library and libtorch. Safe to call from several threads and as often as wanted: after a
    /// success it does nothing, after a failure it tries again.
    /// </summary>
    /// <exception cref="TorchBackendException">It cannot be done; the message names the cause and the remedy.</exception>
    public static void EnsureLoaded()
    {
        if (_description is not null)
        {
            return;
        }

        lock (Gate)
        {
            _description ??= Load(NativeHost.Current());
        }
    }

    private static string Load(NativeHost host)
    {
        var files = LibTorchLoader.Prepare(host);
        OpenMpWaitPolicy.PreferSleeping();
        try
        {
            return LoadThroughTorchSharp(host, files);
        }
        catch (FileNotFoundException error)
        {
            throw new TorchBackendException(
                TorchBackendFailureCause.BackendPackageMissing,
                $"TorchSharp's managed library is not beside the application ({error.Message}). Reference the package TorchSharp.",
                error);
        }
        catch (FileLoadException error)
        {
            throw new TorchBackendException(
                TorchBackendFailureCause.VersionMismatch,
                $"The application carries another TorchSharp than {LoadFailureDiagnosis.TorchSharpVersion}, which this library is built for "
                + $"({error.Message}). Reference that version of the package TorchSharp.",
                error);
        }
    }

    // Apart from its caller, which is compiled before it is known whether TorchSharp's assembly is there.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static string LoadThroughTorchSharp(NativeHost host, NativeFiles files)
    {
        // The assembly only: TorchSharp's static constructors fail for good where the native library is not there yet.
        var torchSharp = typeof(TorchSharp.torch).Assembly;
        LibTorchLoader.Subscribe(AssemblyLoadContext.GetLoadContext(torchSharp));
        if (host.LibTorchFolder is not null)
        {
            LibTorchLoader.LoadLibTorch(host, files);
        }

        var handle = LoadByName(host, files, torchSharp);
        var backend = LibTorchLoader.Loaded;
        if (backend is null)
        {
            var path = FindLoaded(host) ?? files.LibTorchSharp;
            if (path is not null)
            {
                ImportCheck.ThrowIfUnresolved(host, handle, path);
            }

            backend = new LoadedBackend(handle, $"{path ?? NativeFiles.LibTorchSharpName} was loaded as shipped.");
        }

        RunStaticConstructor();
        return backend.Description;
    }

    private static nint LoadByName(NativeHost host, NativeFiles files, Assembly torchSharp)
    {
        try
        {
            return NativeLibrary.Load(NativeFiles.LibTorchSharpName, torchSharp, searchPath: null);
        }
        catch (Exception error) when (error is DllNotFoundException or BadImageFormatException)
        {
            if (LibTorchLoader.LastFailure is { } failure)
            {
                // A new object for each caller: an exception that is thrown twice loses its first stack trace.
                throw new TorchBackendException(failure.Cause, failure.Message, failure);
            }

            var path = files.RequireAll(host);
            throw LoadFailureDiagnosis.Explain(host, path, error);
        }
    }

    private static string? FindLoaded(NativeHost host)
    {
        var fileName = host.FileName(NativeFiles.LibTorchSharpName);
        return host.LoadedLibraries().FirstOrDefault(path => Path.GetFileName(path) == fileName);
    }

    private static void RunStaticConstructor()
    {
        try
        {
            RuntimeHelpers.RunClassConstructor(typeof(TorchSharp.torch).TypeHandle);
        }
        catch (TypeInitializationException error)
        {
            throw new TorchBackendException(
                TorchBackendFailureCause.UsedTooEarly,
                "TorchSharp was used before its native library could be loaded; it is loaded now, but .NET remembers the failure until the "
                + $"process ends. Call {nameof(TorchRuntime)}.{nameof(EnsureLoaded)} before the first use of TorchSharp, and start the process again.",
                error);
        }
    }
}
