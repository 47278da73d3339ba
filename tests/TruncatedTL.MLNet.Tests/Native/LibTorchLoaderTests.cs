using System.Runtime.InteropServices;
using TruncatedTL.MLNet.Native;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Native;

public sealed class LibTorchLoaderTests : IDisposable
{
    private readonly FakeHost _fake = new FakeHost().WithBackend();

    public void Dispose() => _fake.Dispose();

    [Theory]
    [InlineData("LibTorchSharp", true)]
    [InlineData("libLibTorchSharp", true)]
    [InlineData("LibTorchSharp.so", true)]
    [InlineData("libLibTorchSharp.so", true)]
    [InlineData("LibTorchSharp.dll", true)]
    [InlineData("torch_cpu", false)]
    [InlineData("libtorch.so", false)]
    [InlineData("LibTorchSharper", false)]
    [InlineData("", false)]
    public void IsLibTorchSharp_KnowsEachSpelling(string name, bool expected) =>
        Assert.Equal(expected, LibTorchLoader.IsLibTorchSharp(name));

    [Fact]
    public void Load_NewSystem_LoadsTheFilesAsShippedAndWritesNothing()
    {
        var backend = LibTorchLoader.Load(_fake.Host);

        Assert.Equal(["libc10.so", "libtorch_cpu.so", "libtorch.so", "libLibTorchSharp.so"], _fake.Loaded.Select(Path.GetFileName));
        Assert.Equal(4, backend.Handle);
        Assert.Contains("as shipped", backend.Description, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_fake.CacheRoot));
    }

    [Fact]
    public void Load_OldLibStdCxx_LoadsAPatchedCopyAndLeavesThePackageAlone()
    {
        _fake.Refusing(_fake.LibTorchSharpPath, FakeHost.VersionRefusal);
        var shipped = File.ReadAllBytes(_fake.LibTorchSharpPath);

        var backend = LibTorchLoader.Load(_fake.Host);

        var copy = _fake.Loaded[^1];
        Assert.StartsWith(_fake.CacheFolder, copy, StringComparison.Ordinal);
        Assert.Equal(shipped, File.ReadAllBytes(_fake.LibTorchSharpPath));
        Assert.Equal(1, ElfSymbolVersionPatchTests.CountDifferingBits(shipped, File.ReadAllBytes(copy)));
        Assert.Contains("patched copy", backend.Description, StringComparison.Ordinal);
        Assert.Contains("GLIBCXX_3.4.32", backend.Description, StringComparison.Ordinal);
        Assert.Contains(_fake.LibStdCxxPath, backend.Description, StringComparison.Ordinal);
        Assert.Contains(copy, backend.Description, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_LibStdCxxNotFound_StillPatchesTheVersionKnownToBeUnused()
    {
        _fake.Refusing(_fake.LibTorchSharpPath, FakeHost.VersionRefusal);
        _fake.Host = _fake.Host with { LoadedLibraries = () => [] };

        Assert.Contains("GLIBCXX_3.4.32", LibTorchLoader.Load(_fake.Host).Description, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_DamagedLibStdCxx_StillPatchesTheVersionKnownToBeUnused()
    {
        _fake.Refusing(_fake.LibTorchSharpPath, FakeHost.VersionRefusal);
        File.WriteAllBytes(_fake.LibStdCxxPath, [1, 2, 3]);

        Assert.Contains("GLIBCXX_3.4.32", LibTorchLoader.Load(_fake.Host).Description, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_LibStdCxxWithoutAVersionThatIsUsed_IsTooOld()
    {
        _fake.Refusing(_fake.LibTorchSharpPath, FakeHost.VersionRefusal);
        File.WriteAllBytes(_fake.LibStdCxxPath, new SyntheticElf().Define("GLIBCXX_3.4.20").Build());

        var error = Fails(TorchBackendFailureCause.LibStdCxxTooOld);

        Assert.Contains("GLIBCXX_3.4.21", error.Message, StringComparison.Ordinal);
        Assert.Contains("newer", error.Message, StringComparison.Ordinal);
        Assert.Contains(SyntheticElf.SymbolOf("GLIBCXX_3.4.21"), error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_fake.CacheRoot));
    }

    [Fact]
    public void Load_AgainAfterFailure_GivesTheSameErrorAndThenSucceeds()
    {
        var torch = Path.Combine(_fake.NativeFolder, "libtorch.so");
        File.Move(torch, torch + ".away");

        Assert.Equal(Fails(TorchBackendFailureCause.BackendPackageMissing).Message, Fails(TorchBackendFailureCause.BackendPackageMissing).Message);

        File.Move(torch + ".away", torch);
        Assert.NotEqual(0, LibTorchLoader.Load(_fake.Host).Handle);
    }

    [Theory]
    [InlineData("libLibTorchSharp.so")]
    [InlineData("libc10.so")]
    [InlineData("libtorch_cpu.so")]
    [InlineData("libtorch.so")]
    public void Load_FileAbsent_NamesItAndTheRemedy(string fileName)
    {
        File.Delete(Path.Combine(_fake.NativeFolder, fileName));

        var error = Fails(TorchBackendFailureCause.BackendPackageMissing);

        Assert.Contains(fileName, error.Message, StringComparison.Ordinal);
        Assert.Contains("libtorch-cpu-linux-x64", error.Message, StringComparison.Ordinal);
        Assert.Contains("TRUNCATEDTL_LIBTORCH", error.Message, StringComparison.Ordinal);
        Assert.Empty(_fake.Loaded);
    }

    [Theory]
    [InlineData("libLibTorchSharp.so")]
    [InlineData("libtorch_cpu.so")]
    public void Load_TruncatedFile_IsRefusedBeforeAnythingIsLoaded(string fileName)
    {
        var path = Path.Combine(_fake.NativeFolder, fileName);
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..^1]);

        Assert.Contains(path, Fails(TorchBackendFailureCause.DamagedLibrary).Message, StringComparison.Ordinal);
        Assert.Empty(_fake.Loaded);
    }

    [Fact]
    public void Load_FileForAnotherProcessor_IsRefusedBeforeAnythingIsLoaded()
    {
        File.WriteAllBytes(_fake.LibTorchSharpPath, new SyntheticElf { Machine = ElfHeader.MachineArm64 }.Build());

        Assert.Contains("Arm64", Fails(TorchBackendFailureCause.WrongArchitecture).Message, StringComparison.Ordinal);
        Assert.Empty(_fake.Loaded);
    }

    [Fact]
    public void Load_Musl_SaysThatGlibcIsNeeded()
    {
        _fake.Host = _fake.Host with { IsMusl = true };

        var error = Fails(TorchBackendFailureCause.MuslNotSupported);

        Assert.Contains("musl", error.Message, StringComparison.Ordinal);
        Assert.Contains("glibc", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_32BitProcess_IsWrongArchitecture()
    {
        _fake.Host = _fake.Host with { ProcessArchitecture = Architecture.X86 };

        Assert.Contains("X86", Fails(TorchBackendFailureCause.WrongArchitecture).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_LinuxArm64WithoutItsOwnFiles_SaysThatThereAreNone()
    {
        _fake.Host = _fake.Host with { ProcessArchitecture = Architecture.Arm64 };

        Assert.Contains("no native library", Fails(TorchBackendFailureCause.WrongArchitecture).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_LibTorchOfAnotherVersion_NamesTheFunctionsThatAreMissing()
    {
        var missing = SyntheticElf.SymbolOf("GLIBCXX_3.4.21");
        _fake.Host = _fake.Host with { HasExport = (_, name) => name != missing };

        var error = Fails(TorchBackendFailureCause.VersionMismatch);

        Assert.Contains(missing, error.Message, StringComparison.Ordinal);
        Assert.Contains("0.107", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_SymbolThatIsListedButNotUsed_NeedNotExist()
    {
        _fake.Host = _fake.Host with { HasExport = (_, name) => name != SyntheticElf.SymbolOf("GLIBCXX_3.4.32") };

        Assert.NotEqual(0, LibTorchLoader.Load(_fake.Host).Handle);
    }

    [Theory]
    [InlineData("libtorch_cpu.so")]
    [InlineData("libtorch_cpu.so.1.13")]
    [InlineData("libtorch_cpu.so (deleted)")]
    public void Load_AnotherLibTorchIsMapped_IsAConflict(string fileName)
    {
        _fake.Host = _fake.Host with { LoadedLibraries = () => [$"/usr/lib/{fileName}"] };

        var error = Fails(TorchBackendFailureCause.ConflictingLibTorch);

        Assert.Contains("/usr/lib/libtorch_cpu.so", error.Message, StringComparison.Ordinal);
        Assert.Contains("EnsureLoaded", error.Message, StringComparison.Ordinal);
        Assert.Empty(_fake.Loaded);
    }

    [SkippableFact]
    public void Load_OwnLibTorchIsMappedUnderItsPathBehindLinks_IsNoConflict()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Mapped libraries are listed on Linux only.");
        var link = Path.Combine(_fake.Root, "link");
        Directory.CreateSymbolicLink(link, _fake.ApplicationFolder);
        _fake.Host = _fake.Host with
        {
            BaseDirectory = link,
            LoadedLibraries = () => [RealPath.Of(Path.Combine(_fake.NativeFolder, "libtorch_cpu.so"))],
        };

        Assert.NotEqual(0, LibTorchLoader.Load(_fake.Host).Handle);
    }

    [Fact]
    public void Load_CudaBuild_LoadsTheCudaLibrariesBeforeTorch()
    {
        foreach (var name in new[] { "libc10_cuda.so", "libtorch_cuda.so" })
        {
            File.WriteAllBytes(Path.Combine(_fake.NativeFolder, name), new SyntheticElf().Build());
        }

        LibTorchLoader.Load(_fake.Host);

        Assert.Equal(
            ["libc10.so", "libtorch_cpu.so", "libc10_cuda.so", "libtorch_cuda.so", "libtorch.so", "libLibTorchSharp.so"],
            _fake.Loaded.Select(Path.GetFileName));
    }

    [Fact]
    public void Load_PublishedApplication_FindsTheFilesBesideIt()
    {
        foreach (var file in Directory.GetFiles(_fake.NativeFolder))
        {
            File.Move(file, Path.Combine(_fake.ApplicationFolder, Path.GetFileName(file)));
        }

        LibTorchLoader.Load(_fake.Host);

        Assert.All(_fake.Loaded, path => Assert.Equal(_fake.ApplicationFolder, Path.GetDirectoryName(path)));
    }

    [Fact]
    public void Load_PackagesInSeparateFolders_FindsTheFilesInTheSearchDirectories()
    {
        var torchSharp = _fake.Folder("packages", "torchsharp");
        var libTorch = _fake.Folder("packages", "libtorch");
        FakeHost.WriteLibTorch(libTorch);
        File.Move(_fake.LibTorchSharpPath, Path.Combine(torchSharp, "libLibTorchSharp.so"));
        _fake.Host = _fake.Host with { SearchDirectories = [torchSharp, libTorch + "/"] };

        LibTorchLoader.Load(_fake.Host);

        Assert.All(_fake.Loaded.SkipLast(1), path => Assert.Equal(libTorch, Path.GetDirectoryName(path)));
        Assert.Equal(torchSharp, Path.GetDirectoryName(_fake.Loaded[^1]));
    }

    private TorchBackendException Fails(TorchBackendFailureCause cause)
    {
        var error = Assert.Throws<TorchBackendException>(() => LibTorchLoader.Load(_fake.Host));
        Assert.Equal(cause, error.Cause);
        return error;
    }
}
