using System.Reflection;

namespace TruncatedTL.MLNet.Packaging.Tests;

/// <summary>What the build wrote into this assembly.</summary>
internal static class BuildFacts
{
    public static string RepositoryRoot => Get("RepositoryRoot");

    public static string Configuration => Get("Configuration");

    public static string LibTorchVersion => Get("LibTorchVersion");

    public static string OnnxRuntimeVersion => Get("OnnxRuntimeVersion");

    private static string Get(string key) =>
        typeof(BuildFacts).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value!;
}
