using System.Runtime.InteropServices;

namespace TruncatedTL.MLNet.Native;

/// <summary>What libtorch asks of a machine, whatever files lie beside the application.</summary>
internal static class HostRequirements
{
    /// <exception cref="TorchBackendException">libtorch does not exist for this machine.</exception>
    public static void Check(NativeHost host)
    {
        if (host.IsMusl)
        {
            throw new TorchBackendException(
                TorchBackendFailureCause.MuslNotSupported,
                "This Linux uses the C library musl (Alpine), for which libtorch does not exist. "
                + "Use a Linux with glibc, for example the Debian or Ubuntu based .NET container images.");
        }

        var isSupported = host.Platform switch
        {
            NativePlatform.Linux or NativePlatform.Windows => host.ProcessArchitecture is Architecture.X64 or Architecture.Arm64,
            NativePlatform.MacOS => host.ProcessArchitecture is Architecture.Arm64,
            _ => false,
        };
        if (!isSupported)
        {
            throw Unsupported(host);
        }
    }

    /// <summary>The error for a machine that TorchSharp ships no native library for.</summary>
    public static TorchBackendException Unsupported(NativeHost host) => new(
        TorchBackendFailureCause.WrongArchitecture,
        $"TorchSharp has no native library for a process of architecture {host.ProcessArchitecture} on {host.Platform}. "
        + "Run on Linux x64, Windows x64 or Arm64, or macOS Arm64, with the .NET runtime of that architecture.");
}
