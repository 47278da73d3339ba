using System.IO.Compression;
using TruncatedTL.MLNet.Data;
using TruncatedTL.MLNet.Data.Numpy;
using TruncatedTL.MLNet.Tests.Support;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Data.Numpy;

public sealed class NpzFileTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Arrays_are_read_by_name_in_any_order_any_number_of_times(bool deflate)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("a.npz", ZipBuilder.CreateNpz(deflate, ("one", NpyBuilder.CreateBytes(300, 7)), ("sub/two", NpyBuilder.Create("<i4", [], [5, 0, 0, 0]))));
        using var file = NpzFile.Open(path);

        Assert.Equal(path, file.FilePath);
        Assert.Equal(["one", "sub/two"], file.Names);
        Assert.True(file.Contains("one"));
        Assert.False(file.Contains("one.npy"));
        Assert.Equal([5L], file.Read("sub/two").ToInt64s());
        var expected = NpyArrayTests.Read(NpyBuilder.CreateBytes(300, 7)).AsSpan<byte>().ToArray();
        Assert.Equal(expected, file.Read("one").AsSpan<byte>().ToArray());
        Assert.Equal(expected, file.Read("one").AsSpan<byte>().ToArray());
    }

    [Fact]
    public void Archives_written_by_the_framework_are_read_and_other_entries_passed_over()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.FullName, "a.npz");
        using (var zip = ZipFile.Open(path, ZipArchiveMode.Create))
        {
            using (var readme = zip.CreateEntry("readme.txt").Open())
            {
                readme.Write("hello"u8);
            }

            using var entry = zip.CreateEntry("x.npy").Open();
            entry.Write(NpyBuilder.CreateBytes(10, 10));
        }

        using var file = NpzFile.Open(path);
        Assert.Equal(["x"], file.Names);
        Assert.Equal([10, 10], file.Read("x").Shape);
    }

    [Fact]
    public void Several_threads_may_read_at_once()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("a.npz", ZipBuilder.CreateNpz(true, [.. Enumerable.Range(1, 8).Select(i => ($"a{i}", NpyBuilder.CreateBytes(i * 1000)))]));
        using var file = NpzFile.Open(path);
        Parallel.For(0, 200, i => Assert.Equal(((i % 8) + 1) * 1000, file.Read($"a{(i % 8) + 1}").Length));
    }

    [Fact]
    public void A_missing_name_is_answered_with_the_names_that_are_there()
    {
        using var folder = new TemporaryFolder();
        using var file = NpzFile.Open(folder.Write("a.npz", ZipBuilder.CreateNpz(true, ("here", NpyBuilder.CreateBytes(1)))));
        var error = Assert.Throws<ImageFormatException>(() => file.Read("there"));
        Assert.Contains("no array 'there'; there are: here", error.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_and_foreign_files_are_told_apart()
    {
        using var folder = new TemporaryFolder();
        Assert.Throws<FileNotFoundException>(() => NpzFile.Open(Path.Combine(folder.FullName, "none.npz")));
        Assert.Throws<ImageFormatException>(() => NpzFile.Open(folder.Write("empty.npz", [])));
        Assert.Throws<ImageFormatException>(() => NpzFile.Open(folder.Write("array.npz", NpyBuilder.CreateBytes(100))));
    }

    [Fact]
    public void A_refused_file_is_not_kept_open()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("twice.npz", new ZipBuilder().Add("a.npy", NpyBuilder.CreateBytes(1), false).Add("a.npy", NpyBuilder.CreateBytes(2), false).ToArray());
        var error = Assert.Throws<ImageFormatException>(() => NpzFile.Open(path));
        Assert.Contains("'a' occurs twice", error.Problem, StringComparison.Ordinal);

        // Opening for exclusive use fails while another handle is open.
        using var exclusive = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        Assert.True(exclusive.CanWrite);
    }

    [Fact]
    public void Reading_after_disposal_is_an_error()
    {
        using var folder = new TemporaryFolder();
        var file = NpzFile.Open(folder.Write("a.npz", ZipBuilder.CreateNpz(true, ("a", NpyBuilder.CreateBytes(1)))));
        file.Dispose();
        Assert.Throws<ObjectDisposedException>(() => file.Read("a"));
        file.Dispose();
    }

    [Fact]
    public void Objects_are_never_unpickled()
    {
        using var folder = new TemporaryFolder();
        byte[] pickle = [.. "cos\nsystem\n(S'true'\ntR."u8];
        using var file = NpzFile.Open(folder.Write("a.npz", ZipBuilder.CreateNpz(true, ("bad", NpyBuilder.Create("|O", [1], pickle)), ("good", NpyBuilder.CreateBytes(3)))));
        var error = Assert.Throws<ImageFormatException>(() => file.Read("bad"));
        Assert.EndsWith("a.npz/bad", error.FilePath, StringComparison.Ordinal);
        Assert.Contains("pickles", error.Problem, StringComparison.Ordinal);
        Assert.Equal(3, file.Read("good").Length);
    }

    [Fact]
    public void The_limit_holds_for_all_arrays_together()
    {
        using var folder = new TemporaryFolder();
        var array = NpyBuilder.CreateBytes(1000);
        var path = folder.Write("a.npz", ZipBuilder.CreateNpz(true, ("a", array), ("b", array)));
        var error = Assert.Throws<ImageFormatException>(() => NpzFile.Open(path, (2 * array.Length) - 1));
        Assert.Contains("unpack to more than", error.Problem, StringComparison.Ordinal);
        using var file = NpzFile.Open(path, 2 * array.Length);
        Assert.Equal(1000, file.Read("b").Length);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_wrong_checksum_is_found(bool deflate)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("a.npz", new ZipBuilder().Add("a.npy", NpyBuilder.CreateBytes(5000), deflate, declaredCrc: 12345).ToArray());
        using var file = NpzFile.Open(path);
        Assert.Throws<ImageFormatException>(() => file.Read("a"));
    }

    [Fact]
    public void Encrypted_entries_are_refused()
    {
        using var folder = new TemporaryFolder();
        using var file = NpzFile.Open(folder.Write("a.npz", new ZipBuilder().Add("a.npy", NpyBuilder.CreateBytes(5), false, flags: 1).ToArray()));
        var error = Assert.Throws<ImageFormatException>(() => file.Read("a"));
        Assert.Contains("encrypted", error.Problem, StringComparison.Ordinal);
    }
}
