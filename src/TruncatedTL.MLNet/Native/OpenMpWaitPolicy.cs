using System.Runtime.InteropServices;

namespace TruncatedTL.MLNet.Native;

/// <summary>
/// Lets libtorch's threads sleep while they wait for one another. By default they spin; as soon as another program needs one of the
/// cores, spinning threads hold up the one that everybody waits for. Sleeping costs a little on an idle machine and saves
/// more than half of the time on a busy one (benchmarks/results/step-wait-policy.md).
/// </summary>
internal static partial class OpenMpWaitPolicy
{
    private const string Variable = "OMP_WAIT_POLICY";

    /// <summary>Sets the policy unless the user has set one. Has an effect only before libtorch is loaded, on Linux.</summary>
    public static void PreferSleeping()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        // .NET keeps a copy of the environment of its own; what native libraries read is the process's.
        _ = SetEnvironmentVariable(Variable, "passive", overwrite: 0);
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironmentVariable(string name, string value, int overwrite);
}
