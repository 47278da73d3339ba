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

        return new NativeFiles(FindFile(applicationFolders, LibTorchSharpFileName(host)), found, missing);
    }

    /// <summary>The file name of TorchSharp's own native library.</summary>
    public static string LibTorchSharpFileName(NativeHost host) => host.FileName(LibTorchSharpName);

    /// <summary>The folders that may hold the application's own native libraries, in the order in which .NET looks.</summary>
    public static IReadOnlyList<string> ApplicationFolders(NativeHost host) =>
    [
        .. host.SearchDirectories
            .Append(Path.Combine(host.BaseDirectory, "runtimes", host.RuntimeFolder, "native"))
            .Append(host.BaseDirectory)
            .Select(Path.TrimEndingDirectorySeparator)
            .Distinct(),
    ];

    public static string? FindFile(IReadOnlyList<string> folders, string fileName) =>
        folders.Select(folder => Path.Combine(folder, fileName)).FirstOrDefault(File.Exists);
}
