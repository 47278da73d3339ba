using System.Runtime.InteropServices;

namespace TruncatedTL.MLNet.Native;

/// <summary>
/// What the loader asks of the machine and the process, gathered in one place so that each failure can be played through
/// without breaking a real machine.
/// </summary>
internal sealed record NativeHost
{
    /// <summary>Environment variable that names a folder to take libtorch from, instead of the application's own.</summary>
    public const string LibTorchFolderVariable = "TRUNCATEDTL_LIBTORCH";

    public required NativePlatform Platform { get; init; }

    public required Architecture ProcessArchitecture { get; init; }

    /// <summary>Whether the process runs on the musl C library.</summary>
    public required bool IsMusl { get; init; }

    /// <summary>The folder of the application.</summary>
    public required string BaseDirectory { get; init; }

    /// <summary>The folders in which .NET looks for native libraries, in its order.</summary>
    public required IReadOnlyList<string> SearchDirectories { get; init; }

    /// <summary>The value of <see cref="LibTorchFolderVariable"/>, or <see langword="null"/> where it is unset or empty.</summary>
    public string? LibTorchFolder { get; init; }

    /// <summary>Per-user folders for the patched copy, best first.</summary>
    public required IReadOnlyList<string> CacheRoots { get; init; }

    /// <summary>The folder for short-lived files.</summary>
    public required string TemporaryDirectory { get; init; }

    /// <summary>Loads a native library by its full path; throws what <see cref="NativeLibrary.Load(string)"/> throws.</summary>
    public Func<string, nint> Load { get; init; } = NativeLibrary.Load;

    /// <summary>The full paths of the shared libraries that are mapped into this process.</summary>
    public Func<IReadOnlyList<string>> LoadedLibraries { get; init; } = ReadMappedLibraries;

    /// <summary>The name of the folder below <c>runtimes</c> that holds the native libraries of this machine.</summary>
    public string RuntimeFolder => (Platform, ProcessArchitecture) switch
    {
        (NativePlatform.Windows, Architecture.Arm64) => "win-arm64",
        (NativePlatform.Windows, _) => "win-x64",
        (NativePlatform.MacOS, _) => "osx-arm64",
        _ => "linux-x64",
    };

    /// <summary>The machine and process as they are now.</summary>
    public static NativeHost Current()
    {
        var folder = Environment.GetEnvironmentVariable(LibTorchFolderVariable);
        return new NativeHost
        {
            Platform = OperatingSystem.IsLinux() ? NativePlatform.Linux
                : OperatingSystem.IsWindows() ? NativePlatform.Windows
                : OperatingSystem.IsMacOS() ? NativePlatform.MacOS
                : NativePlatform.Other,
            ProcessArchitecture = RuntimeInformation.ProcessArchitecture,
            IsMusl = RuntimeInformation.RuntimeIdentifier.Contains("musl", StringComparison.Ordinal)
                || RuntimeInformation.RuntimeIdentifier.StartsWith("alpine", StringComparison.Ordinal),
            BaseDirectory = AppContext.BaseDirectory,
            SearchDirectories = ((string?)AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") ?? string.Empty)
                .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
            LibTorchFolder = string.IsNullOrWhiteSpace(folder) ? null : folder.Trim(),
            CacheRoots = FindCacheRoots(),
            TemporaryDirectory = Path.GetTempPath(),
        };
    }

    /// <summary>The name of a library's file on this platform, for example libtorch_cpu.so for torch_cpu.</summary>
    public string FileName(string library) => Platform switch
    {
        NativePlatform.Windows => $"{library}.dll",
        NativePlatform.MacOS => $"lib{library}.dylib",
        _ => $"lib{library}.so",
    };

    private static string[] FindCacheRoots()
    {
        var xdg = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        var roots = new[]
        {
            xdg ?? string.Empty,
            home.Length == 0 ? string.Empty : Path.Combine(home, ".cache"),
            Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData),
        };

        // The XDG base directory specification has relative paths ignored.
        return [.. roots.Where(Path.IsPathFullyQualified).Distinct()];
    }

    private static IReadOnlyList<string> ReadMappedLibraries()
    {
        if (!OperatingSystem.IsLinux())
        {
            return [];
        }

        try
        {
            return [.. File.ReadLines("/proc/self/maps")
                .Select(line => line.IndexOf('/') is var start and >= 0 ? line[start..] : string.Empty)
                .Where(path => path.Contains(".so", StringComparison.Ordinal))
                .Distinct()];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
