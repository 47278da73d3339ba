using System.ComponentModel;
using System.Runtime.InteropServices;

namespace TruncatedTL.MLNet.Native;

/// <summary>
/// A file that exists in memory only (Linux memfd_create), for hosts where no folder can be written to or where every
/// writable folder is mounted noexec.
/// </summary>
internal static partial class MemoryLibrary
{
    private const uint CloseOnExec = 1;

    /// <summary>Loads a shared library from its bytes.</summary>
    /// <param name="name">A name for the memory maps of the process; no path.</param>
    /// <param name="image">The whole library.</param>
    /// <param name="load">Loads a library by path.</param>
    /// <exception cref="IOException">The kernel refuses a file in memory.</exception>
    public static nint Load(string name, byte[] image, Func<string, nint> load)
    {
        int descriptor;
        try
        {
            descriptor = MemfdCreate(name, CloseOnExec);
        }
        catch (EntryPointNotFoundException error)
        {
            throw new IOException("The C library cannot make a file in memory.", error);
        }

        if (descriptor < 0)
        {
            throw new IOException($"The kernel refuses a file in memory: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}.");
        }

        // The mapping outlives the descriptor.
        using var handle = new Microsoft.Win32.SafeHandles.SafeFileHandle(descriptor, ownsHandle: true);
        RandomAccess.Write(handle, image, fileOffset: 0);
        return load($"/proc/self/fd/{descriptor}");
    }

    [LibraryImport("libc", EntryPoint = "memfd_create", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MemfdCreate(string name, uint flags);
}
