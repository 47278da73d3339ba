using System.Runtime.InteropServices;

namespace TruncatedTL.MLNet.Native;

/// <summary>Where the native libraries of this application lie.</summary>
/// <param name="LibTorchSharp">TorchSharp's own native library, or <see langword="null"/> where none was found.</param>
/// <param name="LibTorch">Full paths of libtorch's libraries in the order in which they must be loaded.</param>
/// <param name="MissingLibTorch">File names of the indispensable libtorch libraries that were not found.</param>
internal sealed record NativeFiles(string? LibTorchSharp, IReadOnlyList<string> LibTorch, IReadOnlyList<string> MissingLibTorch)
{
    public const string LibTorchSharpName = "LibTorchSharp";

    // Each library needs the ones before it. The CUDA members exist only in a CUDA build of libtorch.
    private static readonly (string Name, bool IsIndispensable)[] LibTorchMembers =
    [
        ("c10", true),
        ("torch_cpu", true),
        ("c10_cuda", false),
        ("torch_cuda", false),
        ("torch", true),
    ];

    /// <summary>Looks in the folders of the host; judges no file.</summary>
    public static NativeFiles Find(NativeHost host)
    {
        var applicationFolders = ApplicationFolders(host);
        var libTorchFolders = host.LibTorchFolder is { } folder ? [folder] : applicationFolders;
        var found = new List<string>();
        var missing = new List<string>();
        foreach (var (name, isIndispensable) in LibTorchMembers)
        {
            var fileName = host.FileName(name);
            if (FindFile(libTorchFolders, fileName) is { } path)
            {
                found.Add(path);
            }
            else if (isIndispensable)
            {
                missing.Add(fileName);
            }
        }

        return new NativeFiles(FindFile(applicationFolders, host.FileName(LibTorchSharpName)), found, missing);
    }

    /// <summary>All files that were found.</summary>
    public IEnumerable<string> All => LibTorchSharp is null ? LibTorch : LibTorch.Append(LibTorchSharp);

    /// <summary>The folder of libtorch, or the empty string where none was found.</summary>
    public string LibTorchFolder => LibTorch.Count == 0 ? string.Empty : Path.GetDirectoryName(LibTorch[0])!;

    /// <summary>Insists on every indispensable file and returns the path of TorchSharp's own library.</summary>
    /// <exception cref="TorchBackendException">A file was not found.</exception>
    public string RequireAll(NativeHost host)
    {
        if (LibTorchSharp is not null && MissingLibTorch.Count == 0)
        {
            return LibTorchSharp;
        }

        if (host is { Platform: NativePlatform.Linux, ProcessArchitecture: not Architecture.X64 })
        {
            throw HostRequirements.Unsupported(host);
        }

        string[] missing = LibTorchSharp is null ? [host.FileName(LibTorchSharpName), .. MissingLibTorch] : [.. MissingLibTorch];
        throw LoadFailureDiagnosis.BackendMissing(missing);
    }

    /// <summary>Checks the folder that the environment variable names, if it names one.</summary>
    /// <exception cref="TorchBackendException">It holds no libtorch, or the application has a libtorch of its own.</exception>
    public void CheckLibTorchFolder(NativeHost host)
    {
        if (host.LibTorchFolder is not { } folder)
        {
            return;
        }

        if (MissingLibTorch.Count > 0)
        {
            throw new TorchBackendException(
                TorchBackendFailureCause.LibTorchFolderInvalid,
                $"{NativeHost.LibTorchFolderVariable} names {folder}, which lacks {string.Join(", ", MissingLibTorch)}. "
                + "Point it at the folder that holds these files (in an installed PyTorch: torch/lib), or unset it.");
        }

        // TorchSharp asks .NET for torch_cpu by name, and .NET then loads the application's copy beside the other one.
        var fileName = host.FileName("torch_cpu");
        if (FindFile(ApplicationFolders(host), fileName) is { } own && RealPath.Of(own) != RealPath.Of(Path.Combine(folder, fileName)))
        {
            throw new TorchBackendException(
                TorchBackendFailureCause.ConflictingLibTorch,
                $"{NativeHost.LibTorchFolderVariable} names {folder}, but the application brings its own libtorch ({own}); a process cannot "
                + "hold both. Unset the variable, or build the application without a libtorch package (-p:TorchBackend=none).");
        }
    }

    /// <summary>Insists that no other libtorch has entered the process, on systems that tell what has.</summary>
    /// <exception cref="TorchBackendException">Another libtorch is there.</exception>
    public void CheckNoOtherLibTorch(NativeHost host)
    {
        var fileName = host.FileName("torch_cpu");
        if (LibTorch.FirstOrDefault(path => Path.GetFileName(path) == fileName) is not { } own)
        {
            return;
        }

        var ownPath = RealPath.Of(own);
        var other = host.LoadedLibraries()
            .Where(path => Path.GetFileName(path).StartsWith(fileName, StringComparison.Ordinal))
            .Select(RealPath.OfMapping)
            .FirstOrDefault(path => path != ownPath);
        if (other is not null)
        {
            throw new TorchBackendException(
                TorchBackendFailureCause.ConflictingLibTorch,
                $"Another libtorch ({other}) has entered the process before the application's own ({own}); a process cannot hold both. "
                + $"Call {nameof(TorchRuntime)}.{nameof(TorchRuntime.EnsureLoaded)} before the first use of TorchSharp, and load no other libtorch.");
        }
    }

    /// <summary>The folders that may hold the application's own native libraries, in the order in which .NET looks.</summary>
    public static IReadOnlyList<string> ApplicationFolders(NativeHost host) =>
    [
        .. host.SearchDirectories
            .Append(Path.Combine(host.BaseDirectory, "runtimes", host.RuntimeFolder, "native"))
            .Append(host.BaseDirectory)
            .Select(Path.TrimEndingDirectorySeparator)
            .Distinct(),
    ];

    private static string? FindFile(IReadOnlyList<string> folders, string fileName) =>
        folders.Select(folder => Path.Combine(folder, fileName)).FirstOrDefault(File.Exists);
}
