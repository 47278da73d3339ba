using System.IO.Compression;
using Xunit;

namespace TruncatedTL.MLNet.Packaging.Tests;

/// <summary>
/// The package, made once from what the build left, in a folder that serves as a feed. Fresh projects that use it keep to packages that the machine already has, beside
/// what its own configuration offers, and leave nothing behind in its package folder.
/// </summary>
public sealed class PackedLibrary : IDisposable
{
    private readonly Dictionary<string, string> _environment;

    public PackedLibrary()
    {
        Folder = Directory.CreateTempSubdirectory("truncatedtl-package-").FullName;
        var feed = Path.Combine(Folder, "feed");
        var project = Path.Combine(BuildFacts.RepositoryRoot, "src", "TruncatedTL.MLNet");
        var packed = DotnetCommand.Run(Folder, new Dictionary<string, string>(), "pack", project, "--no-build", "-c", BuildFacts.Configuration, "-o", feed);
        Assert.True(packed.ExitCode == 0, packed.Output);
        PackagePath = Directory.GetFiles(feed, "*.nupkg").Single();
        SymbolsPath = Directory.GetFiles(feed, "*.snupkg").Single();
        var global = DotnetCommand.Run(BuildFacts.RepositoryRoot, new Dictionary<string, string>(), "nuget", "locals", "global-packages", "--list").Output;
        _environment = new()
        {
            ["NUGET_PACKAGES"] = Path.Combine(Folder, "packages"),
            ["NUGET_FALLBACK_PACKAGES"] = global[(global.IndexOf(':') + 1)..].Trim(),
        };
        File.WriteAllText(Path.Combine(Folder, "NuGet.config"), $"""
            <configuration>
              <packageSources>
                <add key="packed" value="{feed}" />
              </packageSources>
            </configuration>
            """);
    }

    public string Folder { get; }

    public string PackagePath { get; }

    public string SymbolsPath { get; }

    public string Version => Path.GetFileNameWithoutExtension(PackagePath)["TruncatedTL.MLNet.".Length..];

    /// <summary>A text file inside the package.</summary>
    public string ReadText(string entry)
    {
        using var archive = ZipFile.OpenRead(PackagePath);
        var found = archive.GetEntry(entry) ?? throw new FileNotFoundException($"The package has no {entry}.");
        using var reader = new StreamReader(found.Open());
        return reader.ReadToEnd();
    }

    /// <summary>Writes a console project outside the repository and builds it; skips the test where its packages cannot be had.</summary>
    /// <returns>Where the project lies, and what the build said.</returns>
    internal (string Folder, string Output) BuildProject(string name, string properties, string references, string program)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Folder, name)).FullName;
        File.WriteAllText(Path.Combine(folder, $"{name}.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
                <NuGetAudit>false</NuGetAudit>
                {properties}
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="TruncatedTL.MLNet" Version="{Version}" />
                {references}
              </ItemGroup>
            </Project>
            """);
        File.WriteAllText(Path.Combine(folder, "Program.cs"), program);
        var restored = DotnetCommand.Run(folder, _environment, "restore");
        Skip.If(
            restored.ExitCode != 0 && (restored.Output.Contains("NU1301") || restored.Output.Contains("NU1101")),
            $"This machine can restore neither from a feed nor from its own package folder: {restored.Output}");
        Assert.True(restored.ExitCode == 0, restored.Output);
        var built = DotnetCommand.Run(folder, _environment, "build", "--no-restore", "-c", "Release", "-o", Path.Combine(folder, "out"));
        Assert.True(built.ExitCode == 0, built.Output);
        return (folder, built.Output);
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
