using System.Runtime.Versioning;
using System.Security.Cryptography;
using TruncatedTL.MLNet.Native;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Native;

public sealed class PatchedLibraryCacheTests : IDisposable
{
    private const string FileName = "libLibTorchSharp.so";
    private const string NoExec = "Unable to load.\nfailed to map segment from shared object: Operation not permitted";

    private static readonly byte[] Original = [1, 2, 3, 4];
    private static readonly byte[] Patched = [1, 2, 7, 4];

    private readonly FakeHost _fake = new();

    public void Dispose() => _fake.Dispose();

    private string CachedPath => Path.Combine(_fake.CacheFolder, Convert.ToHexStringLower(SHA256.HashData(Original)), FileName);

    [Fact]
    public void Load_EmptyCache_StoresUnderTheHashOfTheOriginal()
    {
        var (handle, place) = Load();

        Assert.Equal(1, handle);
        Assert.Equal(CachedPath, place);
        Assert.Equal(Patched, File.ReadAllBytes(CachedPath));
        Assert.Equal([CachedPath], Directory.GetFiles(_fake.CacheRoot, "*", SearchOption.AllDirectories));
    }

    [SkippableFact]
    [UnsupportedOSPlatform("windows")]
    public void Load_EmptyCache_IsForThisUserAlone()
    {
        Skip.If(OperatingSystem.IsWindows(), "Unix file modes.");
        Load();

        var others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
            | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
        foreach (var path in new[] { _fake.CacheFolder, Path.GetDirectoryName(CachedPath)!, CachedPath })
        {
            Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(path) & others);
        }
    }

    [Fact]
    public void Load_FilledCache_DoesNotWriteAgain()
    {
        Load();
        var stamp = new DateTime(2001, 2, 3, 4, 5, 6, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(CachedPath, stamp);

        Load();

        Assert.Equal(stamp, File.GetLastWriteTimeUtc(CachedPath));
    }

    [Theory]
    [InlineData(new byte[] { 1, 2, 7, 5 })]
    [InlineData(new byte[] { 1, 2, 7 })]
    [InlineData(new byte[] { 1, 2, 7, 4, 0 })]
    [InlineData(new byte[0])]
    public void Load_TamperedCopy_IsReplacedBeforeUse(byte[] tampered)
    {
        Load();
        File.WriteAllBytes(CachedPath, tampered);
        byte[]? seen = null;
        _fake.Host = _fake.Host with
        {
            Load = path =>
            {
                seen = File.ReadAllBytes(path);
                return 1;
            },
        };

        Load();

        Assert.Equal(Patched, seen);
    }

    [SkippableFact]
    public void Load_CopyReplacedByALink_IsReplacedAndTheTargetLeftAlone()
    {
        Skip.If(OperatingSystem.IsWindows(), "Symbolic links need a privilege on Windows.");
        Load();
        var target = Path.Combine(_fake.Root, "elsewhere.so");
        File.WriteAllBytes(target, Patched);
        File.Delete(CachedPath);
        File.CreateSymbolicLink(CachedPath, target);

        Load();

        Assert.Null(new FileInfo(CachedPath).LinkTarget);
        Assert.Equal(Patched, File.ReadAllBytes(target));
    }

    [SkippableFact]
    [UnsupportedOSPlatform("windows")]
    public void Load_FolderThatOthersMayWriteTo_IsNotUsed()
    {
        Skip.If(OperatingSystem.IsWindows(), "Unix file modes.");
        Load();
        File.SetUnixFileMode(_fake.CacheFolder, File.GetUnixFileMode(_fake.CacheFolder) | UnixFileMode.OtherWrite);

        Assert.Contains("temporary", Load().Place, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_FirstRootUnusable_TakesTheSecond()
    {
        var second = _fake.Folder("cache2");
        _fake.Host = _fake.Host with { CacheRoots = [UnusableFolder(), second] };

        Assert.StartsWith(second, Load().Place, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_NoCacheUsable_TakesATemporaryFileAndRemovesIt()
    {
        _fake.Host = _fake.Host with { CacheRoots = [UnusableFolder()] };

        var (handle, place) = Load();

        Assert.Equal(1, handle);
        Assert.StartsWith(_fake.TemporaryFolder, Assert.Single(_fake.Loaded), StringComparison.Ordinal);
        Assert.Contains("temporary", place, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_fake.TemporaryFolder));
    }

    [Fact]
    public void Load_CacheMountedNoExec_TakesATemporaryFile()
    {
        _fake.Refusing(_fake.CacheRoot, NoExec);

        Assert.Contains("temporary", Load().Place, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Load_NoFolderUsable_TakesMemory()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Files in memory exist on Linux only.");
        byte[]? seen = null;
        _fake.Host = _fake.Host with
        {
            CacheRoots = [UnusableFolder()],
            TemporaryDirectory = UnusableFolder(),
            Load = path =>
            {
                seen = File.ReadAllBytes(path);
                return 5;
            },
        };

        Assert.Equal((5, "memory"), Load());
        Assert.Equal(Patched, seen);
    }

    [SkippableFact]
    public void Load_NoPlaceAtAll_NamesEachPlaceAndTheRemedy()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Files in memory exist on Linux only.");
        _fake.Refusing("/", NoExec);
        _fake.Host = _fake.Host with { TemporaryDirectory = UnusableFolder() };

        var error = Assert.Throws<TorchBackendException>(() => Load());

        Assert.Equal(TorchBackendFailureCause.CacheNotWritable, error.Cause);
        Assert.Contains(_fake.CacheRoot, error.Message, StringComparison.Ordinal);
        Assert.Contains("noexec", error.Message, StringComparison.Ordinal);
        Assert.Contains("memory", error.Message, StringComparison.Ordinal);
        Assert.Contains("XDG_CACHE_HOME", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_LoaderRefusesTheCopyItself_IsNotMistakenForAFolderProblem()
    {
        _fake.Refusing(_fake.CacheRoot, "Unable to load.\nx.so: undefined symbol: y");

        Assert.Throws<DllNotFoundException>(() => Load());
        Assert.Empty(_fake.Loaded);
    }

    [Fact]
    public async Task Load_ManyThreadsAtOnce_EachSeesTheWholeCopy()
    {
        var original = new byte[1_000_000];
        var patched = new byte[1_000_000];
        new Random(3).NextBytes(patched);
        var mistakes = 0;
        _fake.Host = _fake.Host with
        {
            Load = path =>
            {
                Interlocked.Add(ref mistakes, File.ReadAllBytes(path).AsSpan().SequenceEqual(patched) ? 0 : 1);
                return 1;
            },
        };
        using var start = new Barrier(8);
        var threads = Enumerable.Range(0, 8).Select(_ => Task.Factory.StartNew(
            () =>
            {
                start.SignalAndWait();
                PatchedLibraryCache.Load(_fake.Host, FileName, original, patched);
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default));

        await Task.WhenAll(threads);

        Assert.Equal(0, mistakes);
        Assert.Single(Directory.GetFiles(_fake.CacheRoot, "*", SearchOption.AllDirectories));
    }

    private (nint Handle, string Place) Load() => PatchedLibraryCache.Load(_fake.Host, FileName, Original, Patched);

    // A folder below a file: no user, the administrator included, can create it.
    private string UnusableFolder()
    {
        var file = Path.Combine(_fake.Root, "file");
        File.WriteAllBytes(file, []);
        return Path.Combine(file, "folder");
    }
}
