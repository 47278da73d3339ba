using Xunit;

namespace TruncatedTL.MLNet.Tests.Data;

/// <summary>Finds the real data sets beside the repository, which are not part of it.</summary>
internal static class SharedData
{
    /// <summary>Full path of a file under <c>../shared</c>, or null where the folder is absent.</summary>
    public static string? Find(string relativePath)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "TruncatedTL.MLNet.sln")))
            {
                var path = Path.GetFullPath(Path.Combine(folder.FullName, "..", "shared", relativePath));
                return File.Exists(path) ? path : null;
            }
        }

        return null;
    }

    /// <summary>Full path of a file under <c>../shared</c>; skips the test where it is absent.</summary>
    public static string Require(string relativePath)
    {
        var path = Find(relativePath);
        Skip.If(path is null, $"../shared/{relativePath} is not on this machine.");
        return path!;
    }
}
