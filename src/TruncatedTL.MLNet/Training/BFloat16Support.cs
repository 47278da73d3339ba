using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using TorchSharp;
using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Training;

/// <summary>Whether a device has instructions that multiply bfloat16 numbers.</summary>
internal static class BFloat16Support
{
    private const string LinuxProcessors = "/proc/cpuinfo";

    private static readonly Lazy<bool> OfProcessor = new(() => RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => IsX64WithBFloat16(),
        Architecture.Arm64 => File.Exists(LinuxProcessors) && HasArmFeature(File.ReadLines(LinuxProcessors)),
        _ => false,
    });

    /// <summary>True for a GPU (older ones emulate it, which a measurement shows) and for a processor with AVX512-BF16 or, on Linux, Arm's BF16 extension.</summary>
    public static bool IsNative(Device device) => device.type == DeviceType.CUDA || (device.type == DeviceType.CPU && OfProcessor.Value);

    /// <summary>Whether lines of Linux's description of Arm processors name the extension.</summary>
    public static bool HasArmFeature(IEnumerable<string> lines) =>
        lines.Any(line => line.StartsWith("Features", StringComparison.Ordinal) && line.Split([' ', '\t', ':'], StringSplitOptions.RemoveEmptyEntries).Contains("bf16"));

    // CPUID leaf 7, subleaf 1, EAX bit 5. Processors with AMX-BF16 have it, too. AVX-512 counts only if the system saves its registers, which the runtime checks.
    private static bool IsX64WithBFloat16()
    {
        const int Leaf = 7;
        const int Bit = 5;
        return Avx512F.IsSupported && X86Base.CpuId(0, 0).Eax >= Leaf && X86Base.CpuId(Leaf, 0).Eax >= 1 && ((X86Base.CpuId(Leaf, 1).Eax >> Bit) & 1) == 1;
    }
}
