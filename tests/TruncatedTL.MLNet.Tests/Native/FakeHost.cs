using System.Runtime.InteropServices;
using TruncatedTL.MLNet.Native;

namespace TruncatedTL.MLNet.Tests.Native;

/// <summary>
/// A Linux machine made of a temporary folder: an application with synthetic native libraries, a cache, and a loader that
/// records what it is asked for and answers as told.
/// </summary>
internal sealed class FakeHost : IDisposable
{
    private readonly Dictionary<string, string> _refusals = [];
    private readonly Lock _gate = new();
    private readonly List<string> _loaded = [];

    public FakeHost()
    {
        Root = Directory.CreateTempSubdirectory("ttl-native-tests-").FullName;
        ApplicationFolder = Folder("app");
        NativeFolder = Folder("app", "runtimes", "linux-x64", "native");
        CacheRoot = Folder("cache");
        TemporaryFolder = Folder("tmp");
        LibStdCxxPath = Path.Combine(Folder("system"), "libstdc++.so.6.0.30");
        File.WriteAllBytes(LibStdCxxPath, SyntheticElf.LikeOldLibStdCxx().Build());
        Host = new NativeHost
        {
            Platform = NativePlatform.Linux,
            ProcessArchitecture = Architecture.X64,
            IsMusl = false,
            BaseDirectory = ApplicationFolder,
            SearchDirectories = [],
            CacheRoots = [CacheRoot],
            TemporaryDirectory = TemporaryFolder,
            Load = Load,
            HasExport = (_, _) => true,
            LoadedLibraries = () => ["/usr/lib/libc.so.6", LibStdCxxPath],
        };
    }

    public static string VersionRefusal =>
        "Unable to load shared library or one of its dependencies.\n/lib/libstdc++.so.6: version `GLIBCXX_3.4.32' not found (required by it)";

    public string Root { get; }

    public string ApplicationFolder { get; }

    public string NativeFolder { get; }

    public string CacheRoot { get; }

    public string TemporaryFolder { get; }

    public string LibStdCxxPath { get; }

    public NativeHost Host { get; set; }

    /// <summary>The paths that were loaded with success, in order.</summary>
    public IReadOnlyList<string> Loaded => _loaded;

    public string LibTorchSharpPath => Path.Combine(NativeFolder, "libLibTorchSharp.so");

    public string CacheFolder => Path.Combine(CacheRoot, "truncatedtl-mlnet");

    /// <summary>Puts TorchSharp's and libtorch's CPU libraries beside the application.</summary>
    public FakeHost WithBackend()
    {
        File.WriteAllBytes(LibTorchSharpPath, SyntheticElf.LikeLibTorchSharp().Build());
        WriteLibTorch(NativeFolder);
        return this;
    }

    public static void WriteLibTorch(string folder)
    {
        foreach (var name in new[] { "libc10.so", "libtorch_cpu.so", "libtorch.so" })
        {
            File.WriteAllBytes(Path.Combine(folder, name), new SyntheticElf().Build());
        }
    }

    /// <summary>Has the loader refuse the paths that contain a text.</summary>
    public FakeHost Refusing(string pathPart, string message)
    {
        _refusals[pathPart] = message;
        return this;
    }

    public string Folder(params string[] parts) => Directory.CreateDirectory(Path.Combine([Root, .. parts])).FullName;

    public void Dispose() => Directory.Delete(Root, recursive: true);

    private nint Load(string path)
    {
        lock (_gate)
        {
            foreach (var (part, message) in _refusals)
            {
                if (path.Contains(part, StringComparison.Ordinal))
                {
                    throw new DllNotFoundException(message);
                }
            }

            if (!File.Exists(path))
            {
                throw new DllNotFoundException($"no file\n{path}: cannot open shared object file: No such file or directory");
            }

            _loaded.Add(path);
            return _loaded.Count;
        }
    }
}
