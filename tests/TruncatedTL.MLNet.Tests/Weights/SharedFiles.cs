using Xunit;

namespace TruncatedTL.MLNet.Tests.Weights;

/// <summary>Reference files beside the repository; a test skips where they are absent.</summary>
internal static class SharedFiles
{
    public static string Require(params string[] relativePath)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "TruncatedTL.MLNet.sln")))
        {
            folder = folder.Parent;
        }

        var path = folder?.Parent is null ? null : Path.Combine([folder.Parent.FullName, "shared", .. relativePath]);
        Skip.IfNot(File.Exists(path), $"The reference file shared/{string.Join('/', relativePath)} is not present beside the repository.");
        return path!;
    }
}
