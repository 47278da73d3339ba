using System.Text.RegularExpressions;

namespace TruncatedTL.MLNet.Native;

/// <summary>Turns what the system's loader says into a cause and a remedy.</summary>
internal static partial class LoadFailureDiagnosis
{
    /// <summary>Explains a failed load.</summary>
    /// <param name="path">The library that was to be loaded.</param>
    /// <param name="error">The loader's error.</param>
    public static TorchBackendException Explain(string path, Exception error)
    {
        var text = LoaderText(error);
        if (VersionNotFound().Match(text) is { Success: true } version)
        {
            return ExplainVersion(version.Groups["version"].Value, version.Groups["library"].Value, error);
        }

        if (FileNotFound().Match(text) is { Success: true } missing)
        {
            return ExplainMissing(missing.Groups["library"].Value, error);
        }

        if (text.Contains("wrong ELF class", StringComparison.Ordinal))
        {
            return new TorchBackendException(
                TorchBackendFailureCause.WrongArchitecture,
                $"The native library {path} is built for another processor ({text}). Reference the back-end package of this platform.",
                error);
        }

        if (DamagePhrases.Any(phrase => text.Contains(phrase, StringComparison.Ordinal)))
        {
            return new TorchBackendException(
                TorchBackendFailureCause.DamagedLibrary,
                $"The native library {path} is damaged ({text}). Delete it together with the package folder it was copied from, "
                + "then restore and build again.",
                error);
        }

        if (text.Contains("undefined symbol", StringComparison.Ordinal))
        {
            return new TorchBackendException(
                TorchBackendFailureCause.VersionMismatch,
                $"TorchSharp's native library and libtorch do not belong together ({text}). "
                + $"Use the libtorch version that TorchSharp {TorchSharpVersion} is built for.",
                error);
        }

        return new TorchBackendException(
            TorchBackendFailureCause.Unknown,
            $"The system could not load {path}: {text}",
            error);
    }

    /// <summary>The version of TorchSharp that this library is built against, for messages.</summary>
    public static string TorchSharpVersion { get; } = typeof(LoadFailureDiagnosis).Assembly.GetReferencedAssemblies()
        .FirstOrDefault(reference => reference.Name == "TorchSharp")?.Version?.ToString() ?? "of this application";

    private static readonly string[] DamagePhrases =
    [
        "invalid ELF header",
        "file too short",
        "cannot read file data",
        "ELF load command",
        "ELF file's phentsize",
        "object file has no",
    ];

    private static TorchBackendException ExplainVersion(string version, string library, Exception error)
    {
        if (version.StartsWith("GLIBC_", StringComparison.Ordinal))
        {
            return new TorchBackendException(
                TorchBackendFailureCause.GlibcTooOld,
                $"This system's C library lacks {version}, which {library} needs. Use a newer Linux (Debian 12, Ubuntu 22.04 or later).",
                error);
        }

        return new TorchBackendException(
            TorchBackendFailureCause.LibStdCxxTooOld,
            $"This system's libstdc++ lacks {version}, which {library} needs. Install a newer libstdc++ (libstdc++6 of GCC 13 or later), "
            + "or use a newer Linux.",
            error);
    }

    private static TorchBackendException ExplainMissing(string library, Exception error)
    {
        var name = Path.GetFileName(library);
        if (LibTorchFamily().IsMatch(name))
        {
            return BackendMissing([name], error);
        }

        return new TorchBackendException(
            TorchBackendFailureCause.SystemLibraryMissing,
            $"libtorch needs the system library {name}, which is not installed. Install the operating system's package that holds it.",
            error);
    }

    /// <summary>The error for native files that are not beside the application.</summary>
    public static TorchBackendException BackendMissing(IReadOnlyList<string> fileNames, Exception? error = null) => new(
        TorchBackendFailureCause.BackendPackageMissing,
        $"No libtorch back end is beside the application ({string.Join(", ", fileNames)} not found). Reference one in the application's project "
        + $"(package libtorch-cpu-linux-x64, libtorch-cpu-win-x64, libtorch-cpu-osx-arm64, TorchSharp-cuda-linux or TorchSharp-cuda-windows), "
        + $"or set {NativeHost.LibTorchFolderVariable} to the folder of an installed libtorch.",
        error);

    // .NET puts general advice on the first line and the loader's own words, one attempt a line, after it.
    private static string LoaderText(Exception error)
    {
        var lines = error.Message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return lines.Length > 1 ? string.Join("; ", lines.Skip(1)) : error.Message.Trim();
    }

    [GeneratedRegex(@"(?<library>[^\s:;/]+): version `(?<version>[^']+)' not found")]
    private static partial Regex VersionNotFound();

    [GeneratedRegex(@"(?<library>[^\s:;]+): cannot open shared object file")]
    private static partial Regex FileNotFound();

    [GeneratedRegex(@"^lib(torch|c10|gomp-|LibTorchSharp|shm|caffe2|cudart-|cudnn|cublas)")]
    private static partial Regex LibTorchFamily();
}
