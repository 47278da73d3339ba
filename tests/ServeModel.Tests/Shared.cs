using System.Reflection;
using Xunit;

namespace ServeModel.Tests;

/// <summary>The repository and the reference material beside it.</summary>
internal static class Shared
{
    public static string RepositoryRoot { get; } =
        typeof(Shared).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "RepositoryRoot").Value!;

    /// <summary>A folder of the reference material; skips the test where it is absent.</summary>
    public static string Require(params string[] path)
    {
        var full = Path.GetFullPath(Path.Combine([RepositoryRoot, "..", "shared", .. path]));
        Skip.IfNot(Directory.Exists(full), $"The reference folder shared/{string.Join('/', path)} is not present beside the repository.");
        return full;
    }
}
