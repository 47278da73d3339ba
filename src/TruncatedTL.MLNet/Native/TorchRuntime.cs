using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace TruncatedTL.MLNet.Native;

/// <summary>
/// Loads the native part of TorchSharp, and says in plain words what was done or why it cannot be done.
/// </summary>
public static class TorchRuntime
{
    private static readonly Lock Gate = new();
    private static string? _description;

    /// <summary>Whether <see cref="EnsureLoaded"/> has succeeded in this process.</summary>
    public static bool IsLoaded => _description is not null;

    /// <summary>What was loaded from where, in one sentence for a log; before <see cref="EnsureLoaded"/> it says so.</summary>
    public static string Description => _description ?? "TorchSharp's native library has not been loaded yet.";

    /// <summary>Loads TorchSharp's native library and libtorch, unless this has been done already.</summary>
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

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static string Load(NativeHost host)
    {
        // The assembly only: the static constructors of TorchSharp fail for good where the native library is not there yet.
        var torchSharp = typeof(TorchSharp.torch).Assembly;
        LibTorchLoader.Subscribe(AssemblyLoadContext.GetLoadContext(torchSharp));
        if (!NativeLibrary.TryLoad(NativeFiles.LibTorchSharpName, torchSharp, searchPath: null, out _))
        {
            throw LibTorchLoader.LastFailure ?? LoadFailureDiagnosis.BackendMissing([NativeFiles.LibTorchSharpFileName(host)]);
        }

        return LibTorchLoader.Loaded?.Description ?? "LibTorchSharp loaded as shipped";
    }
}
