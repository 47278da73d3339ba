using System.Diagnostics;

namespace TruncatedTL.MLNet.Benchmarks.Reliability;

/// <summary>What a process holds, where leaks would show.</summary>
/// <param name="ManagedBytes">Managed memory in use after a full collection.</param>
/// <param name="ResidentBytes">Resident memory.</param>
/// <param name="Handles">Open files, sockets and the like.</param>
/// <param name="TemporaryFiles">Files in the folder for temporary files.</param>
internal sealed record ProcessState(long ManagedBytes, long ResidentBytes, int Handles, int TemporaryFiles)
{
    /// <summary>Measures this process.</summary>
    public static ProcessState Measure()
    {
        for (var i = 0; i < 2; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        using var process = Process.GetCurrentProcess();
        return new ProcessState(
            GC.GetTotalMemory(forceFullCollection: true),
            process.WorkingSet64,
            Directory.Exists("/proc/self/fd") ? Directory.GetFileSystemEntries("/proc/self/fd").Length : process.HandleCount,
            Directory.GetFiles(Path.GetTempPath()).Length);
    }
}
