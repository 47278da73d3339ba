using System.Diagnostics;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Native;

/// <summary>
/// An application in a folder of its own, with the real native libraries (or what a test makes of them), run in a process
/// of its own: loading cannot be undone, and a wrong load kills the process.
/// </summary>
internal sealed class ChildApplication : IDisposable
{
    public const string ScenarioVariable = "TRUNCATEDTL_TEST_SCENARIO";

    private const string EntryAssembly = "TruncatedTL.MLNet.Tests";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly string RealNativeFolder = Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native");

    private readonly Dictionary<string, string?> _environment = [];

    /// <param name="isPublished">Whether the native libraries lie beside the application, where .NET itself finds them
    /// (as after publishing for one platform), or in <c>runtimes</c>, where this application's .NET does not look.</param>
    public ChildApplication(bool isPublished = false)
    {
        Root = Directory.CreateTempSubdirectory("ttl-native-child-").FullName;
        ApplicationFolder = Directory.CreateDirectory(Path.Combine(Root, "app")).FullName;
        NativeFolder = isPublished
            ? ApplicationFolder
            : Directory.CreateDirectory(Path.Combine(ApplicationFolder, "runtimes", "linux-x64", "native")).FullName;
        CacheRoot = Directory.CreateDirectory(Path.Combine(Root, "cache")).FullName;
        CopyManaged();
        LinkNative(NativeFolder);
        With("XDG_CACHE_HOME", CacheRoot).With("HOME", Path.Combine(Root, "home")).With("TRUNCATEDTL_LIBTORCH", null);

        // Where it finds no native library TorchSharp copies libtorch together within the package folder: not in tests.
        With("NUGET_PACKAGES", Path.Combine(Root, "no-packages"));
    }

    public string Root { get; }

    public string ApplicationFolder { get; }

    public string NativeFolder { get; }

    public string CacheRoot { get; }

    public IEnumerable<string> CachedFiles => Directory.EnumerateFiles(CacheRoot, "*", SearchOption.AllDirectories);

    /// <summary>Skips the test where the child could not run.</summary>
    public static void SkipWhereImpossible()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "The loading of Linux libraries is tested on Linux.");
        Skip.IfNot(
            File.Exists(Path.Combine(RealNativeFolder, "libtorch_cpu.so")),
            "No libtorch is beside the tests (built with another back end than cpu).");
    }

    public static string RealLibrary(string fileName) => Path.Combine(RealNativeFolder, fileName);

    public ChildApplication With(string variable, string? value)
    {
        _environment[variable] = value;
        return this;
    }

    /// <summary>Puts a damaged or another file in the place of a native library.</summary>
    public ChildApplication Replace(string fileName, byte[] content)
    {
        var path = Path.Combine(NativeFolder, fileName);
        File.Delete(path);
        File.WriteAllBytes(path, content);
        return this;
    }

    public ChildApplication Remove(string fileName)
    {
        File.Delete(Path.Combine(NativeFolder, fileName));
        return this;
    }

    /// <summary>Moves libtorch, but not TorchSharp's own library, out of the application and returns its new folder.</summary>
    public string MoveLibTorchAway()
    {
        var folder = Directory.CreateDirectory(Path.Combine(Root, "libtorch")).FullName;
        LinkNative(folder);
        File.Delete(Path.Combine(folder, "libLibTorchSharp.so"));
        foreach (var file in Directory.GetFiles(folder))
        {
            Remove(Path.GetFileName(file));
        }

        return folder;
    }

    /// <summary>Runs a scenario; the process must end by itself and without a crash.</summary>
    /// <returns>The lines it reported.</returns>
    public async Task<IReadOnlyList<string>> RunAsync(string scenario)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet")
        {
            ArgumentList = { Path.Combine(ApplicationFolder, $"{EntryAssembly}.dll") },
            WorkingDirectory = ApplicationFolder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment[ScenarioVariable] = scenario;
        start.Environment["DOTNET_STARTUP_HOOKS"] = EntryAssembly;
        start.Environment["OMP_NUM_THREADS"] = "1";
        foreach (var (variable, value) in _environment)
        {
            start.Environment[variable] = value;
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        var text = await output;
        Assert.True(process.ExitCode == 0, $"The child ended with {process.ExitCode}.\n{text}\n{await errors}");
        return text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);

    // Without a deps.json: .NET then takes all managed libraries of the folder, and knows no folder of native ones.
    private void CopyManaged()
    {
        foreach (var source in Directory.GetFiles(AppContext.BaseDirectory, "*.dll").Append(Path.Combine(AppContext.BaseDirectory, $"{EntryAssembly}.runtimeconfig.json")))
        {
            File.Copy(source, Path.Combine(ApplicationFolder, Path.GetFileName(source)));
        }
    }

    private static void LinkNative(string folder)
    {
        foreach (var source in Directory.GetFiles(RealNativeFolder))
        {
            var name = Path.GetFileName(source);
            if (name.StartsWith("libtorch", StringComparison.Ordinal) || name.StartsWith("libc10", StringComparison.Ordinal)
                || name.StartsWith("libgomp", StringComparison.Ordinal) || name == "libLibTorchSharp.so")
            {
                File.CreateSymbolicLink(Path.Combine(folder, name), source);
            }
        }
    }
}
