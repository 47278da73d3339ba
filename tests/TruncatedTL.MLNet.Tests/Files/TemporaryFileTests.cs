using System.Runtime.CompilerServices;
using TruncatedTL.MLNet.Files;
using TruncatedTL.MLNet.Tests.Support;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Files;

public sealed class TemporaryFileTests
{
    [Fact]
    public void It_is_there_until_its_owner_goes()
    {
        using var folder = new TemporaryFolder();
        string path;
        using (var file = new TemporaryFile(folder.PathOf("new"), ".onnx", [1, 2, 3]))
        {
            path = file.Path;
            Assert.Equal([1, 2, 3], File.ReadAllBytes(path));
            Assert.Equal(".onnx", Path.GetExtension(path));
        }

        Assert.False(File.Exists(path));
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_an_error_and_nothing_worse()
    {
        using var folder = new TemporaryFolder();
        var taken = folder.PathOf("taken");
        File.WriteAllText(taken, "a file, not a folder");
        Fail(taken);

        // A finaliser that throws ends the process.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.Equal("a file, not a folder", File.ReadAllText(taken));
    }

    [Fact]
    public void What_killed_processes_have_left_is_deleted_and_what_is_in_use_is_not()
    {
        using var folder = new TemporaryFolder();
        string Named(string name) => folder.PathOf($"truncatedtl-held-{name}.onnx");
        var (left, held, other) = (Named($"{Guid.NewGuid():N}"), Named($"{Guid.NewGuid():N}"), Named("of-somebody-else"));
        File.WriteAllText(left, "left");
        File.WriteAllText(other, "other");
        using var handle = File.OpenHandle(held, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete);
        using var file = new TemporaryFile(folder.PathOf("."), ".onnx", [1]);
        Assert.Equal([other, held, file.Path], new[] { other, held, file.Path, left }.Where(File.Exists));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Fail(string folder) => Assert.ThrowsAny<IOException>(() => new TemporaryFile(folder, ".onnx", [1]));
}
