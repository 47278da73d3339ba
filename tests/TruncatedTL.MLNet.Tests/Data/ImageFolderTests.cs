using TruncatedTL.MLNet.Data;
using TruncatedTL.MLNet.Tests.Support;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Data;

public sealed class ImageFolderTests
{
    [Fact]
    public void Classes_and_files_are_listed_in_ordinal_order()
    {
        using var folder = new TemporaryFolder();
        string[] images = ["b/2.png", "b/10.JPG", "B/x.jpeg", "a b/z.bmp", "a b/y.webp", "a b/w.gif"];
        string[] others = ["readme.txt", "b/notes.txt", "b/.hidden.png", ".cache/c.png", "b/deeper/d.png", "b/e.png.bak"];
        foreach (var name in images.Concat(others))
        {
            folder.Write(name, [1]);
        }

        var list = ImageFolder.Open(folder.FullName);
        Assert.Equal(["B", "a b", "b"], list.ClassNames);
        Assert.Equal(["B/x.jpeg", "a b/w.gif", "a b/y.webp", "a b/z.bmp", "b/10.JPG", "b/2.png"], list.Files.Select(file => Path.GetRelativePath(folder.FullName, file.Path).Replace('\\', '/')));
        Assert.All(list.Files, file => Assert.Equal(Path.GetFileName(Path.GetDirectoryName(file.Path)), file.Label));
        Assert.All(list.Files, file => Assert.True(Path.IsPathFullyQualified(file.Path)));
        Assert.Equal(folder.FullName, list.FolderPath);
    }

    [Fact]
    public void Folders_that_cannot_serve_are_refused_with_their_reason()
    {
        using var folder = new TemporaryFolder();
        Assert.Throws<DirectoryNotFoundException>(() => ImageFolder.Open(Path.Combine(folder.FullName, "none")));

        folder.Write("loose.png", [1]);
        var flat = Assert.Throws<ImageFolderException>(() => ImageFolder.Open(folder.FullName));
        Assert.Equal(folder.FullName, flat.FolderPath);
        Assert.Contains("no sub-folder", flat.Problem, StringComparison.Ordinal);

        folder.Write("full/a.png", [1]);
        folder.Write("empty/readme.txt", [1]);
        var empty = Assert.Throws<ImageFolderException>(() => ImageFolder.Open(folder.FullName));
        Assert.Equal(Path.Combine(folder.FullName, "empty"), empty.FolderPath);
        Assert.Contains("no image", empty.Problem, StringComparison.Ordinal);
    }
}
