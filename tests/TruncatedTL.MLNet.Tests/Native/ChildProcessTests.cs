using System.Text;
using TruncatedTL.MLNet.Native;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Native;

/// <summary>Real libraries, real loader, one process a case.</summary>
public class ChildProcessTests
{
    private const string Success = "sum: 2";

    [SkippableFact]
    public async Task EnsureLoaded_NewUser_LoadsAndFillsTheCacheOnlyWhereNeeded()
    {
        ChildApplication.SkipWhereImpossible();
        using var child = new ChildApplication();

        var lines = await child.RunAsync(ChildScenarios.Ensure);

        Assert.Contains(Success, lines);
        var isPatched = lines.Any(line => line.Contains("patched copy", StringComparison.Ordinal));
        Assert.Equal(isPatched ? 1 : 0, child.CachedFiles.Count());
    }

    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task EnsureLoaded_LibraryThatThisSystemAccepts_IsUsedAsShipped(bool isPublished)
    {
        ChildApplication.SkipWhereImpossible();
        using var child = new ChildApplication(isPublished);

        // A library without the demand stands for a system that meets it.
        var real = File.ReadAllBytes(ChildApplication.RealLibrary("libLibTorchSharp.so"));
        child.Replace("libLibTorchSharp.so", ElfSymbolVersionPatch.Weaken(real, new HashSet<string> { "GLIBCXX_3.4.32" }).Image);

        var lines = await child.RunAsync(ChildScenarios.Ensure);

        Assert.Contains(Success, lines);
        Assert.Contains("as shipped", lines[0], StringComparison.Ordinal);
        Assert.Contains(child.NativeFolder, lines[0], StringComparison.Ordinal);
        Assert.Empty(child.CachedFiles);
    }

    [SkippableFact]
    public async Task TorchSharp_UsedBeforeEnsureLoaded_Computes()
    {
        ChildApplication.SkipWhereImpossible();
        using var child = new ChildApplication(isPublished: true);

        var lines = await child.RunAsync(ChildScenarios.TorchSharpFirst);

        Assert.Equal(["loaded before: False", Success], lines.Take(2));
        Assert.Equal(Success, lines[^1]);
    }

    [SkippableFact]
    public async Task TorchSharp_UsedFirstAndFindingTheSystemsLibTorch_FailsInsteadOfCrashing()
    {
        ChildApplication.SkipWhereImpossible();
        using var child = new ChildApplication();
        var foreign = AddForeignLibTorch(child);

        var lines = await child.RunAsync(ChildScenarios.TorchSharpFirst);

        Assert.Contains(lines, line => line.StartsWith("failed:", StringComparison.Ordinal));
        Assert.Contains("cause: ConflictingLibTorch", lines);
        Assert.Contains(foreign, lines[^1], StringComparison.Ordinal);
        Assert.Contains("EnsureLoaded", lines[^1], StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task EnsureLoaded_SystemHasItsOwnLibTorch_TakesTheApplications()
    {
        ChildApplication.SkipWhereImpossible();
        using var child = new ChildApplication();
        AddForeignLibTorch(child);

        Assert.Contains(Success, await child.RunAsync(ChildScenarios.Ensure));
    }

    [SkippableFact]
    public async Task EnsureLoaded_FromManyThreads_SucceedsInEach()
    {
        ChildApplication.SkipWhereImpossible();
        using var child = new ChildApplication();

        var lines = await child.RunAsync(ChildScenarios.EnsureFromThreads);

        Assert.Equal(16, lines.Count(line => line == Success));
        Assert.Single(lines.Where(line => line.StartsWith("description", StringComparison.Ordinal)).Distinct());
    }

    [SkippableFact]
    public async Task EnsureLoaded_InManyProcessesWithOneCache_SucceedsInEach()
    {
        ChildApplication.SkipWhereImpossible();
        using var child = new ChildApplication();

        var runs = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => child.RunAsync(ChildScenarios.Ensure)));

        Assert.All(runs, lines => Assert.Contains(Success, lines));
        Assert.True(child.CachedFiles.Count() <= 1);
    }

    [SkippableFact]
    public async Task EnsureLoaded_HomeCannotBeWrittenTo_Succeeds()
    {
        ChildApplication.SkipWhereImpossible();
        using var child = new ChildApplication();
        child.With("XDG_CACHE_HOME", "/proc/none").With("HOME", "/proc/none").With("XDG_DATA_HOME", "/proc/none");

        var lines = await child.RunAsync(ChildScenarios.Ensure);

        Assert.Contains(Success, lines);
        Assert.Contains(lines, line => line.Contains("temporary", StringComparison.Ordinal) || line.Contains("as shipped", StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task EnsureLoaded_NothingCanBeWrittenTo_Succeeds()
    {
        ChildApplication.SkipWhereImpossible();
        using var child = new ChildApplication();
        child.With("XDG_CACHE_HOME", "/proc/none").With("HOME", "/proc/none").With("XDG_DATA_HOME", "/proc/none").With("TMPDIR", "/proc/none")
            .With("DOTNET_EnableDiagnostics", "0");

        var lines = await child.RunAsync(ChildScenarios.Ensure);

        Assert.Contains(Success, lines);
        Assert.Contains(lines, line => line.Contains("from memory", StringComparison.Ordinal) || line.Contains("as shipped", StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task EnsureLoaded_LibTorchElsewhere_IsTakenFromThere()
    {
        ChildApplication.SkipWhereImpossible();
        using var child = new ChildApplication();
        var folder = child.MoveLibTorchAway();
        child.With("TRUNCATEDTL_LIBTORCH", folder);

        var lines = await child.RunAsync(ChildScenarios.Ensure);

        Assert.Contains(Success, lines);
        Assert.Contains(lines, line => line.Contains(folder, StringComparison.Ordinal) || line.Contains("as shipped", StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task EnsureLoaded_NoLibTorchAtAll_FailsTwiceWithTheSameMessage()
    {
        ChildApplication.SkipWhereImpossible();
        using var child = new ChildApplication();
        child.MoveLibTorchAway();

        var lines = await child.RunAsync(ChildScenarios.EnsureTwice);

        Assert.Equal(4, lines.Count);
        Assert.Equal("cause: BackendPackageMissing", lines[0]);
        Assert.Contains("libtorch_cpu.so", lines[1], StringComparison.Ordinal);
        Assert.Equal(lines.Take(2), lines.Skip(2));
    }

    [SkippableFact]
    public async Task EnsureLoaded_AfterTorchSharpFailedForGood_SaysThatOnlyARestartHelps()
    {
        ChildApplication.SkipWhereImpossible();
        using var child = new ChildApplication();
        child.With(ChildScenarios.LateFolderVariable, child.MoveLibTorchAway());

        // Keeps a libtorch that the operating system may hold out of the case: this one is no library at all.
        var nothing = Directory.CreateDirectory(Path.Combine(child.Root, "nothing")).FullName;
        File.WriteAllText(Path.Combine(nothing, "libtorch_cpu.so"), "no library");
        child.With("LD_LIBRARY_PATH", nothing);

        var lines = await child.RunAsync(ChildScenarios.TorchSharpTooEarly);

        Assert.Contains(lines, line => line.StartsWith("failed:", StringComparison.Ordinal));
        Assert.Equal("cause: UsedTooEarly", lines[^2]);
        Assert.Contains("EnsureLoaded", lines[^1], StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData("libgomp-98b21ff3.so.1")]
    [InlineData("libc10.so")]
    [InlineData("libLibTorchSharp.so")]
    public async Task EnsureLoaded_OneFileAbsent_NamesIt(string fileName)
    {
        ChildApplication.SkipWhereImpossible();
        using var child = new ChildApplication();
        child.Remove(fileName);

        var lines = await child.RunAsync(ChildScenarios.Ensure);

        Assert.Equal("cause: BackendPackageMissing", lines[0]);
        Assert.Contains(fileName, lines[1], StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData("libLibTorchSharp.so")]
    [InlineData("libc10.so")]
    public async Task EnsureLoaded_TruncatedFile_FailsInsteadOfCrashing(string fileName)
    {
        ChildApplication.SkipWhereImpossible();
        using var child = new ChildApplication();
        var whole = File.ReadAllBytes(ChildApplication.RealLibrary(fileName));
        child.Replace(fileName, whole[..(whole.Length / 2)]);

        var lines = await child.RunAsync(ChildScenarios.Ensure);

        Assert.Equal("cause: DamagedLibrary", lines[0]);
        Assert.Contains(fileName, lines[1], StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task EnsureLoaded_LibTorchSharpCallsWhatLibTorchLacks_FailsInsteadOfCrashing()
    {
        ChildApplication.SkipWhereImpossible();
        using var child = new ChildApplication();
        child.Replace("libLibTorchSharp.so", RenameImport(File.ReadAllBytes(ChildApplication.RealLibrary("libLibTorchSharp.so"))));

        var lines = await child.RunAsync(ChildScenarios.Ensure);

        Assert.Equal("cause: VersionMismatch", lines[0]);
        Assert.Contains("_ZN5torchX", lines[1], StringComparison.Ordinal);
    }

    // Stands for the libtorch package of a Linux distribution: a small library under that name, where the loader looks.
    private static string AddForeignLibTorch(ChildApplication child)
    {
        const string Needed = "libgomp-98b21ff3.so.1";
        var folder = Directory.CreateDirectory(Path.Combine(child.Root, "foreign")).FullName;
        File.Copy(ChildApplication.RealLibrary("libtorch_global_deps.so"), Path.Combine(folder, "libtorch_cpu.so"));
        File.CreateSymbolicLink(Path.Combine(folder, Needed), ChildApplication.RealLibrary(Needed));
        child.With("LD_LIBRARY_PATH", folder);
        return folder;
    }

    // Stands for a libtorch of another version: one function that is called exists nowhere under the name it is called by.
    private static byte[] RenameImport(byte[] image)
    {
        var import = ElfVersionTables
            .ReadRelocatedImports(ElfFile.Parse(image))
            .First(symbol => symbol.Name.StartsWith("_ZN5torch", StringComparison.Ordinal) && !symbol.IsWeak);
        var offset = image.AsSpan().IndexOf(Encoding.ASCII.GetBytes($"\0{import.Name}\0"));
        Assert.True(offset > 0);
        image[offset + 1 + "_ZN5torch".Length] = (byte)'X';
        return image;
    }
}
