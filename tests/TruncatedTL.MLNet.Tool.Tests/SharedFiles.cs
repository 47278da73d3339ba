using System.Runtime.CompilerServices;
using Xunit;

namespace TruncatedTL.MLNet.Tool.Tests;

/// <summary>Reference material beside the repository; tests that need it are skipped where it is absent.</summary>
internal static class SharedFiles
{
    /// <summary>The path of a file or folder; skips the test where it is absent.</summary>
    public static string Require(params string[] parts)
    {
        var path = Path.Combine([Path.GetDirectoryName(ThisFile())!, "..", "..", "..", "shared", .. parts]);
        Skip.IfNot(Path.Exists(path), $"{Path.Combine(parts)} is not there.");
        return Path.GetFullPath(path);
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
