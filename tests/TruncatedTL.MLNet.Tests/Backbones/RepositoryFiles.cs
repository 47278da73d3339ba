namespace TruncatedTL.MLNet.Tests.Backbones;

/// <summary>Finds files of the repository, and the reference material beside it, from wherever the tests run.</summary>
internal static class RepositoryFiles
{
    private static readonly string Root = FindRoot();

    /// <summary>A file of this folder's fixtures.</summary>
    public static string Fixture(string name) =>
        Path.Combine(Root, "tests", "TruncatedTL.MLNet.Tests", "Backbones", "Fixtures", name);

    /// <summary>A file of the reference material that lies beside the repository; it may be missing.</summary>
    public static string Shared(params string[] path) => Path.GetFullPath(Path.Combine([Root, "..", "shared", .. path]));

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
