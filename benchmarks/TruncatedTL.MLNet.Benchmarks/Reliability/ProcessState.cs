using System.Diagnostics;

namespace TruncatedTL.MLNet.Benchmarks.Reliability;

/// <summary>What a process holds, where leaks would show.</summary>
/// <param name="ManagedBytes">Managed memory in use after a full collection.</param>
/// <param name="NativeBytes">Native memory in use; 0 where the C library does not tell it.</param>
/// <param name="ResidentBytes">Resident memory, after free memory has been given back to the system.</param>
/// <param name="Handles">Open files, sockets and the like.</param>
/// <param name="TemporaryFiles">Files in the folder for temporary files.</param>
internal sealed record ProcessState(long ManagedBytes, long NativeBytes, long ResidentBytes, int Handles, int TemporaryFiles)
{
    /// <summary>Measures this process.</summary>
    public static ProcessState Measure()
    {
        for (var i = 0; i < 2; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        // Allocators keep what is free, and how much differs from moment to moment by more than any leak would in an hour.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        NativeMemory.Trim();
        using var process = Process.GetCurrentProcess();
        return new ProcessState(
            GC.GetTotalMemory(forceFullCollection: true),
            NativeMemory.BytesInUse(),
            process.WorkingSet64,
            Directory.Exists("/proc/self/fd") ? Directory.GetFileSystemEntries("/proc/self/fd").Length : process.HandleCount,
            Directory.GetFiles(Path.GetTempPath()).Length);
    }
}
