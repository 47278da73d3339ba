using Xunit;

namespace TruncatedTL.MLNet.Tests.Support;

/// <summary>Finds files of the repository, and the reference material beside it, from wherever the tests run.</summary>
internal static class RepositoryFiles
{
    /// <summary>The folder with the solution.</summary>
    public static readonly string Root = FindRoot();

    /// <summary>A file of the reference material beside the repository; skips the test where it is absent.</summary>
    public static string RequireShared(params string[] path)
    {
        var full = Path.GetFullPath(Path.Combine([Root, "..", "shared", .. path]));
        Skip.IfNot(File.Exists(full), $"The reference file shared/{string.Join('/', path)} is not present beside the repository.");
        return full;
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "TruncatedTL.MLNet.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException($"No folder above {AppContext.BaseDirectory} holds TruncatedTL.MLNet.sln.");
    }
}
