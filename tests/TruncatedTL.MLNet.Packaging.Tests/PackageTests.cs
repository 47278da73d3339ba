using System.IO.Compression;
using System.Reflection.Metadata;
using System.Xml.Linq;
using Xunit;

namespace TruncatedTL.MLNet.Packaging.Tests;

/// <summary>What the package holds, and that a stranger's project works with nothing but it.</summary>
public sealed class PackageTests(PackedLibrary package) : IClassFixture<PackedLibrary>
{
    // As the compiler marks the source of a document (Portable PDB specification).
    private static readonly Guid EmbeddedSource = new("0E8A571B-6926-466E-B4AD-8AB04611F5FE");

    [SkippableFact]
    public void The_program_of_the_package_page_runs_in_a_project_outside_the_repository()
    {
        var page = package.ReadText("PACKAGE.md");
        var program = page.Split("```csharp\n")[1].Split("\n```")[0];
        Skip.IfNot(OperatingSystem.IsLinux(), "The libtorch package of this system is not part of the test.");
        var (folder, output) = package.BuildProject(
            "Stranger",
            "<TreatWarningsAsErrors>true</TreatWarningsAsErrors>",
            $"""
            <PackageReference Include="Microsoft.ML.OnnxRuntime" Version="{BuildFacts.OnnxRuntimeVersion}" />
            <PackageReference Include="libtorch-cpu-linux-x64" Version="{BuildFacts.LibTorchVersion}" />
            """,
            program);
        Assert.DoesNotContain("TTL00", output);

        var run = DotnetCommand.Run(folder, new Dictionary<string, string>(), Path.Combine(folder, "out", "Stranger.dll"));

        Assert.True(run.ExitCode == 0, run.Output);
        Assert.Contains("30 rows, 15 'malignant-like'", run.Output);
        Assert.Contains("AUROC", run.Output);
        using var model = ZipFile.OpenRead(Path.Combine(folder, "model.zip"));
        Assert.Contains(model.Entries, entry => entry.FullName.Contains("OnnxModel"));
    }

    [SkippableFact]
    public void A_project_without_native_libraries_is_told_which_to_add()
    {
        var (_, output) = package.BuildProject("Forgetful", string.Empty, string.Empty, "System.Console.WriteLine();");

        Assert.Contains("warning TTL001", output);
        Assert.Contains($"Version=\"{BuildFacts.LibTorchVersion}\"", output);
        Assert.Contains("warning TTL002", output);
        Assert.Contains($"Version=\"{BuildFacts.OnnxRuntimeVersion}\"", output);
    }

    [SkippableFact]
    public void A_project_that_only_predicts_is_not_asked_for_libtorch()
    {
        var (folder, output) = package.BuildProject(
            "Predictor",
            "<TorchBackend>none</TorchBackend><TreatWarningsAsErrors>true</TreatWarningsAsErrors>",
            $"""<PackageReference Include="Microsoft.ML.OnnxRuntime" Version="{BuildFacts.OnnxRuntimeVersion}" />""",
            """System.Console.WriteLine(new TruncatedTL.MLNet.Preparation.ImagePreparation([8, 8]));""");

        Assert.DoesNotContain("TTL00", output);
        Assert.DoesNotContain(Directory.GetFiles(Path.Combine(folder, "out"), "*", SearchOption.AllDirectories), file => Path.GetFileName(file).Contains("torch_cpu"));
        Assert.Contains("1 x 8 x 8", DotnetCommand.Run(folder, new Dictionary<string, string>(), Path.Combine(folder, "out", "Predictor.dll")).Output);
    }

    [Fact]
    public void The_package_says_what_a_gallery_shows()
    {
        var metadata = XDocument.Parse(package.ReadText("TruncatedTL.MLNet.nuspec")).Root!.Elements().Single();
        string Value(string name) => metadata.Elements().Single(element => element.Name.LocalName == name).Value;

        Assert.Equal("MIT", Value("license"));
        Assert.Equal("PACKAGE.md", Value("readme"));
        Assert.Equal("icon.png", Value("icon"));
        Assert.InRange(Value("description").Length, 80, 4000);
        Assert.InRange(new FileInfo(package.PackagePath).Length, 5_000_000, 50_000_000);
        var page = package.ReadText("PACKAGE.md");
        Assert.DoesNotMatch("@[A-Za-z]+Version@", page + package.ReadText("buildTransitive/TruncatedTL.MLNet.targets"));
        Assert.Contains(BuildFacts.LibTorchVersion, page);
    }

    [Fact]
    public void The_package_asks_for_managed_libraries_only()
    {
        var dependencies = XDocument.Parse(package.ReadText("TruncatedTL.MLNet.nuspec")).Descendants().Where(element => element.Name.LocalName == "dependency")
            .Select(element => element.Attribute("id")!.Value).ToArray();

        Assert.Contains("TorchSharp", dependencies);
        Assert.DoesNotContain(dependencies, id => id.StartsWith("libtorch") || id is "Microsoft.ML.OnnxRuntime" or "TorchSharp-cpu" or "Grpc.Tools");
    }

    [Fact]
    public void The_symbols_hold_every_source_and_no_path_of_the_building_machine()
    {
        using var archive = ZipFile.OpenRead(package.SymbolsPath);
        using var content = new MemoryStream();
        using (var entry = archive.Entries.Single(entry => entry.Name.EndsWith(".pdb")).Open())
        {
            entry.CopyTo(content);
        }

        content.Position = 0;
        using var provider = MetadataReaderProvider.FromPortablePdbStream(content);
        var reader = provider.GetMetadataReader();
        var documents = reader.Documents.ToArray();
        Assert.True(documents.Length > 500);
        foreach (var handle in documents)
        {
            var name = reader.GetString(reader.GetDocument(handle).Name);
            Assert.StartsWith("/_/", name);
            Assert.True(
                reader.GetCustomDebugInformation(handle).Any(information => reader.GetGuid(reader.GetCustomDebugInformation(information).Kind) == EmbeddedSource),
                $"The source of {name} is not in the symbols.");
        }
    }
}
