using TruncatedTL.MLNet.Files;
using TruncatedTL.MLNet.Tests.Support;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Files;

public sealed class AtomicFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_failure_leaves_the_old_content_and_nothing_else()
    {
        var path = _folder.Write("a.bin", [1, 2, 3]);
        Assert.Throws<InvalidOperationException>(() => AtomicFile.Write(path, stream =>
        {
            stream.WriteByte(9);
            throw new InvalidOperationException();
        }));
        Assert.Equal([1, 2, 3], File.ReadAllBytes(path));
        Assert.Equal(path, Assert.Single(Directory.GetFiles(_folder.FullName)));
        AtomicFile.Write(path, stream => stream.WriteByte(9));
        Assert.Equal([9], File.ReadAllBytes(path));
    }

    [Fact]
    public void What_a_killed_process_left_behind_is_deleted_and_nothing_else()
    {
        var path = _folder.Write("a.bin", [1]);
        string[] others = [".a.tmp", ".a.bin.tmp", ".a.bin.1.tmp", $".b.bin.{Guid.NewGuid():N}.tmp", $".a.bin.{Guid.NewGuid():N}"];
        foreach (var other in others)
        {
            _folder.Write(other, [1]);
        }

        // A process that is killed while it writes: the temporary file is there, the rename is not.
        var temporary = string.Empty;
        AtomicFile.Write(path, stream => temporary = Assert.IsType<FileStream>(stream).Name);
        File.WriteAllBytes(temporary, [1]);
        Assert.Equal(others.Length + 2, Directory.GetFiles(_folder.FullName).Length);
        AtomicFile.DeleteLeftovers(path);

        Assert.Equal([.. others.Append("a.bin").Order()], Directory.GetFiles(_folder.FullName).Select(file => Path.GetFileName(file)!).Order());
    }

    [Fact]
    public void A_missing_folder_is_named_before_anything_is_written()
    {
        var error = Assert.Throws<DirectoryNotFoundException>(() => AtomicFile.Write(_folder.PathOf("none/a.bin"), _ => Assert.Fail("Nothing should be written.")));
        Assert.Contains("none'", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("tmp", Path.GetFileName(error.Message), StringComparison.Ordinal);
    }
}
