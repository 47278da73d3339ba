using Xunit;

namespace TruncatedTL.MLNet.Packaging.Tests;

/// <summary>The command as a package: installed from a folder that serves as a feed, it works with nothing but what is inside it.</summary>
public sealed class ToolPackageTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("truncatedtl-tool-").FullName;

    [SkippableFact]
    public void The_tool_is_installed_from_a_folder_trains_and_looks_at_its_model()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Only the package of Linux has been tried.");
        var feed = Path.Combine(_folder, "feed");
        Succeed(DotnetCommand.Run(_folder, Environment, "pack", Path.Combine(BuildFacts.RepositoryRoot, "src", "TruncatedTL.MLNet.Tool"), "-c", BuildFacts.Configuration, "-o", feed));
        File.WriteAllText(Path.Combine(_folder, "NuGet.config"), $"""
            <configuration>
              <packageSources>
                <clear />
                <add key="packed" value="{feed}" />
              </packageSources>
            </configuration>
            """);
        var tools = Path.Combine(_folder, "tools");
        Succeed(DotnetCommand.Run(
            _folder, Environment, "tool", "install", "TruncatedTL.MLNet.Tool", "--tool-path", tools, "--configfile", Path.Combine(_folder, "NuGet.config"), "--version", "0.1.0"));

        var trained = Ttl("train", "--data", "formula", "--formula-images", "6", "--size", "32", "--epochs", "1", "--strategy", "Truncated(layer1.0)", "--output", "model");

        Assert.Contains("Truncated(layer1.0) of resnet18_w32", trained);
        Assert.Contains("benign-like, malignant-like (positive)", Ttl("inspect", Path.Combine("model", "model.zip")));
    }

    private static IReadOnlyDictionary<string, string> Environment { get; } = new Dictionary<string, string>();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string Succeed(DotnetCommand command)
    {
        Assert.True(command.ExitCode == 0, command.Output);
        return command.Output;
    }

    private string Ttl(params string[] arguments) => Succeed(DotnetCommand.RunProgram(Path.Combine(_folder, "tools", "ttl"), _folder, Environment, arguments));
}
