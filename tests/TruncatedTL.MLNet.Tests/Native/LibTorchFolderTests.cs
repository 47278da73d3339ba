using TruncatedTL.MLNet.Native;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Native;

/// <summary>TRUNCATEDTL_LIBTORCH: libtorch from a folder of the user's choice.</summary>
public sealed class LibTorchFolderTests : IDisposable
{
    private readonly FakeHost _fake = new FakeHost().WithBackend();
    private readonly string _chosen;

    public LibTorchFolderTests()
    {
        _chosen = _fake.Folder("pytorch", "torch", "lib");
        FakeHost.WriteLibTorch(_chosen);
        _fake.Host = _fake.Host with { LibTorchFolder = _chosen };
    }

    public void Dispose() => _fake.Dispose();

    [Fact]
    public void Load_ApplicationWithoutLibTorch_TakesTheChosenOne()
    {
        RemoveOwnLibTorch();

        var backend = LibTorchLoader.Load(_fake.Host);

        Assert.All(_fake.Loaded.SkipLast(1), path => Assert.Equal(_chosen, Path.GetDirectoryName(path)));
        Assert.Equal(_fake.LibTorchSharpPath, _fake.Loaded[^1]);
        Assert.Contains(_chosen, backend.Description, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_ApplicationWithItsOwnLibTorch_IsAConflict()
    {
        var error = Fails(TorchBackendFailureCause.ConflictingLibTorch);

        Assert.Contains("TRUNCATEDTL_LIBTORCH", error.Message, StringComparison.Ordinal);
        Assert.Contains("TorchBackend=none", error.Message, StringComparison.Ordinal);
        Assert.Empty(_fake.Loaded);
    }

    [Fact]
    public void Load_ChosenFolderIsTheApplicationsOwn_IsNoConflict()
    {
        _fake.Host = _fake.Host with { LibTorchFolder = _fake.NativeFolder + "/" };

        Assert.NotEqual(0, LibTorchLoader.Load(_fake.Host).Handle);
    }

    [SkippableFact]
    public void Load_OwnLibTorchLinksToTheChosenOne_IsNoConflict()
    {
        Skip.If(OperatingSystem.IsWindows(), "Symbolic links need a privilege on Windows.");
        RemoveOwnLibTorch();
        foreach (var file in Directory.GetFiles(_chosen))
        {
            File.CreateSymbolicLink(Path.Combine(_fake.NativeFolder, Path.GetFileName(file)), file);
        }

        Assert.NotEqual(0, LibTorchLoader.Load(_fake.Host).Handle);
    }

    [Fact]
    public void Load_ChosenFolderAbsent_NamesItAndTheVariable()
    {
        _fake.Host = _fake.Host with { LibTorchFolder = "/nowhere/lib" };

        var error = Fails(TorchBackendFailureCause.LibTorchFolderInvalid);

        Assert.Contains("/nowhere/lib", error.Message, StringComparison.Ordinal);
        Assert.Contains("TRUNCATEDTL_LIBTORCH", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_ChosenFolderIncomplete_NamesWhatItLacks()
    {
        File.Delete(Path.Combine(_chosen, "libtorch.so"));

        Assert.Contains("lacks libtorch.so", Fails(TorchBackendFailureCause.LibTorchFolderInvalid).Message, StringComparison.Ordinal);
    }

    private void RemoveOwnLibTorch()
    {
        foreach (var file in Directory.GetFiles(_fake.NativeFolder).Where(file => file != _fake.LibTorchSharpPath))
        {
            File.Delete(file);
        }
    }

    private TorchBackendException Fails(TorchBackendFailureCause cause)
    {
        var error = Assert.Throws<TorchBackendException>(() => LibTorchLoader.Load(_fake.Host));
        Assert.Equal(cause, error.Cause);
        return error;
    }
}
