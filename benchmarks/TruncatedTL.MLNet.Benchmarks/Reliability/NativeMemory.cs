using System.Runtime.InteropServices;

namespace TruncatedTL.MLNet.Benchmarks.Reliability;

/// <summary>What the allocator of the C library knows, with which libtorch and ONNX Runtime take their memory. Only glibc of 2.33 and later tells it.</summary>
internal static partial class NativeMemory
{
    /// <summary>Gives free memory back to the system, so that the resident memory is what is in use; without effect elsewhere.</summary>
    public static void Trim()
    {
        if (OperatingSystem.IsLinux())
        {
            try
            {
                _ = TrimFreeMemory(0);
            }
            catch (EntryPointNotFoundException)
            {
                // Another C library, whose free memory stays with the process.
            }
        }
    }

    /// <summary>Bytes that were taken and not given back yet; 0 where nobody knows.</summary>
    public static long BytesInUse()
    {
        if (!OperatingSystem.IsLinux())
        {
            return 0;
        }

        try
        {
            var info = GetInfo();
            return (long)(info.InUse + info.InMappings);
        }
        catch (EntryPointNotFoundException)
        {
            return 0;
        }
    }

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int TrimFreeMemory(nuint pad);

    [LibraryImport("libc", EntryPoint = "mallinfo2")]
    private static partial Info GetInfo();

    // mallinfo2 of glibc, over all arenas.
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Info
    {
        public readonly nuint Arena, FreeChunks, FastChunks, Mappings, InMappings, Unused, FreeInFastChunks, InUse, Free, Releasable;
    }
}
